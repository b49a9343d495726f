// The same without WebGL, by pieces of pictures on a plain canvas: each cell of the net is laid where its corners have
// gone, as a parallelogram, and a little over its edges. Where skull and jaw move alike and
// nothing is seen between them, the jaw is not drawn.

const OVER = 0.8;        // pixels by which cells reach over one another
const LEAST_CELL = 8;    // pixels
const STILL = 0.03;      // pixels that nobody sees

class FlatPainter {
  constructor(canvas, photo, faces, stamp, context) {
    Object.assign(this, { canvas, photo, faces, stamp, context });
    this.kept = {};
    for (const [number, face] of Object.entries(faces)) this.kept[number] = this.keep(face);
  }

  keep(face) {
    const jaw = sheet(face.width, face.height);
    this.cut(jaw, face);
    jaw.globalCompositeOperation = 'destination-in';
    jaw.drawImage(face.shown, 0, 0, face.width, face.height);
    const skull = sheet(face.width, face.height);
    this.cut(skull, face);
    const [, , wide, high] = face.hollow;
    return { jaw: jaw.canvas, skull: skull.canvas, mouth: face.hole && sheet(wide, high) };
  }

  // The photo as it is within the face's box.
  cut(onto, face) {
    const across = this.photo.naturalWidth / this.canvas.width, down = this.photo.naturalHeight / this.canvas.height;
    onto.drawImage(this.photo, face.left * across, face.top * down, face.width * across, face.height * down,
      0, 0, face.width, face.height);
  }

  draw(moved) {
    this.clear();
    for (const [number, row] of moved) this.face(this.faces[number], this.kept[number], row);
    const { image, left, top } = this.stamp;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.drawImage(image, left, top);
  }

  face(face, kept, row) {
    const pose = poseOf(face, row), onto = this.context;
    const skull = shifts(face, face.skull, pose), jaw = shifts(face, face.jaw, pose);
    onto.save();
    onto.setTransform(1, 0, 0, 1, 0, 0);
    onto.beginPath();
    onto.rect(face.left, face.top, face.width, face.height);
    onto.clip();
    cells(onto, kept.skull, face, skull, at => Math.abs(skull[at]) > STILL || Math.abs(skull[at + 1]) > STILL,
      [face.left, face.top], [0, 0]);
    if (pose.blink) for (const lid of face.lids) this.lid(face, kept, lid, pose, skull);
    if (pose.parting) this.mouth(face, kept.mouth, pose, skull);
    const [left, top, wide, high] = face.hollow;
    const isOverHole = (x, y) => pose.parting && x >= left && x <= left + wide && y >= top && y <= top + high;
    cells(onto, kept.jaw, face, jaw,
      at => Math.abs(jaw[at] - skull[at]) > STILL || Math.abs(jaw[at + 1] - skull[at + 1]) > STILL
        || isOverHole(face.places[1.5 * at], face.places[1.5 * at + 1]),
      [face.left, face.top], [0, 0]);
    onto.restore();
  }

  // What is between the lips goes where the head goes; the hole in which it is seen where the skull's skin goes.
  mouth(face, onto, { head, parting, teeth }, skull) {
    const [left, top, wide, high] = face.hollow;
    onto.setTransform(1, 0, 0, 1, 0, 0);
    onto.globalAlpha = 1;
    onto.globalCompositeOperation = 'source-over';
    onto.clearRect(0, 0, wide, high);
    cells(onto, face.hole, face, skull, () => true, [-left, -top], [left, top]);
    onto.setTransform(1, 0, 0, 1, 0, 0);
    onto.globalCompositeOperation = 'source-in';
    onto.drawImage(face.plain, ...head, wide, high);
    onto.globalCompositeOperation = 'source-atop';
    onto.globalAlpha = teeth;
    onto.drawImage(face.toothed, ...head, wide, high);
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalAlpha = parting;
    this.context.drawImage(onto.canvas, face.left + left, face.top + top);
    this.context.globalAlpha = 1;
  }

  lid(face, kept, { columns, lash, shown }, { blink }, skull) {
    const onto = this.context, [right, low] = face.down;
    const edge = columns.map(([x, y, falls]) => [x + blink * falls * right, y + blink * falls * low]);
    for (let at = 0; at < columns.length - 1; at++) {
      const [[x, y, , strip], [nextX, nextY]] = [columns[at], columns[at + 1]];
      const top = [x - strip * right, y - strip * low], moved = 2 * nearest(face, x, y);
      const source = [top[0] - skull[moved], top[1] - skull[moved + 1]];
      // A piece of skin between two columns, from its top to the open edge, drawn from its top to the closed one.
      const along = [nextX - x, nextY - y], fallen = Math.hypot(edge[at][0] - top[0], edge[at][1] - top[1]);
      onto.save();
      onto.setTransform(1, 0, 0, 1, face.left + 0.5, face.top + 0.5);
      onto.beginPath();
      const next = [nextX - columns[at + 1][3] * right, nextY - columns[at + 1][3] * low];
      const over = [OVER * low, -OVER * right];
      for (const [cornerX, cornerY] of [next, edge[at + 1]].map(([x, y]) => [x + over[0], y + over[1]]).concat([edge[at], top]))
        onto.lineTo(cornerX, cornerY);
      onto.clip();
      const stretch = fallen / Math.max(strip, 0.1);
      // Down the face it is stretched, across it is not.
      onto.transform(1 + (stretch - 1) * right * right, (stretch - 1) * right * low, (stretch - 1) * right * low,
        1 + (stretch - 1) * low * low, 0, 0);
      const pinned = right * top[0] + low * top[1], share = pinned / stretch - pinned;
      onto.translate(share * right, share * low);
      onto.translate(top[0] - source[0], top[1] - source[1]);
      const room = Math.hypot(...along) + strip + 2;
      const [fromX, fromY] = [Math.max(0, source[0] - room), Math.max(0, source[1] - room)];
      const [toX, toY] = [Math.min(face.width, source[0] + 2 * room), Math.min(face.height, source[1] + 2 * room)];
      if (toX > fromX && toY > fromY)
        onto.drawImage(kept.skull, fromX, fromY, toX - fromX, toY - fromY, fromX - 0.5, fromY - 0.5, toX - fromX, toY - fromY);
      onto.restore();
    }
    onto.setTransform(1, 0, 0, 1, face.left + 0.5, face.top + 0.5);
    onto.lineWidth = 1.8 * lash;
    for (let at = 0; at < columns.length - 1; at++) {
      onto.strokeStyle = `rgba(0, 0, 0, ${LASH_DARK * clip(shown[at] * blink, 0, 1)})`;
      onto.beginPath();
      onto.moveTo(...edge[at]);
      onto.lineTo(...edge[at + 1]);
      onto.stroke();
    }
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

function sheet(width, height) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return canvas.getContext('2d');
}

// Across and down by how many pixels each place of a layer is moved.
function shifts(face, field, { falls, draws }) {
  const moved = new Float32Array(2 * face.count * face.count), [x, y] = face.across;
  for (let at = 0, from = 0; at < moved.length; at += 2, from += FIELDS) {
    const down = field[from] * falls[0] + field[from + 1] * falls[1] + field[from + 2] * falls[2]
      + field[from + 3] * falls[3] + field[from + 6] * draws[3];
    const across = field[from + 4] * draws[0] + field[from + 5] * draws[1] + field[from + 6] * draws[2];
    moved[at] = across * x - down * y;
    moved[at + 1] = across * y + down * x;
  }
  return moved;
}

// Those cells of which a corner is worth it: `to` is where the box's corner is on the canvas, `from` where the picture's
// is in the box. Of a small face several places of the net are one cell: edges of cells blur what they cross.
function cells(onto, picture, face, moved, isWorthIt, to, from) {
  const last = face.count - 1, wide = face.width / last, high = face.height / last;
  const stride = Math.ceil(LEAST_CELL / Math.min(wide, high));
  for (let row = 0; row < last; row += stride)
    for (let column = 0; column < last; column += stride) {
      const columns = Math.min(stride, last - column), rows = Math.min(stride, last - row);
      const at = 2 * (row * face.count + column), below = at + 2 * rows * face.count, beside = 2 * columns;
      if (![at, at + beside, below, below + beside].some(isWorthIt)) continue;
      const x = column * wide, y = row * high, across = columns * wide, down = rows * high;
      const left = Math.max(x - OVER, from[0]), right = Math.min(x + across + OVER, from[0] + picture.width);
      const top = Math.max(y - OVER, from[1]), bottom = Math.min(y + down + OVER, from[1] + picture.height);
      if (right <= left || bottom <= top) continue;
      // Of two sides that go different ways the mean.
      const [[ax, ay], [bx, by], [mx, my]] = sidesOf(moved, at, beside, below, across, down);
      const middleX = x + across / 2, middleY = y + down / 2;
      onto.setTransform(1 + ax, ay, bx, 1 + by,
        to[0] + mx - ax * middleX - bx * middleY, to[1] + my - ay * middleX - by * middleY);
      onto.drawImage(picture, left - from[0], top - from[1], right - left, bottom - top, left, top, right - left, bottom - top);
    }
  onto.setTransform(1, 0, 0, 1, 0, 0);
}

// How a cell is moved along its two sides, a pixel of them, and its middle.
function sidesOf(moved, at, beside, below, across, down) {
  const corners = [0, 1].map(axis => [at, at + beside, below, below + beside].map(corner => moved[corner + axis]));
  return [
    corners.map(([a, b, c, d]) => (b - a + d - c) / (2 * across)),
    corners.map(([a, b, c, d]) => (c - a + d - b) / (2 * down)),
    corners.map(([a, b, c, d]) => (a + b + c + d) / 4),
  ];
}
