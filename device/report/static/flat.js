// The same without WebGL, by pieces of pictures on a plain canvas: some cells of the net are laid where their corners have
// gone, as a parallelogram, and a little over its edges. Where skull and jaw move alike and nothing is seen between them,
// the jaw is not drawn. All is laid onto the one canvas: to take a picture from another that has just been drawn on makes
// the page wait for it.

const OVER = 0.8;        // pixels by which cells reach over one another
const LEAST_CELL = 8;    // pixels
const STILL = 0.03;      // pixels that nobody sees
const EVEN = 0.2;        // pixels by which a piece of several cells may be off
const LARGEST = 16;      // cells along its side

class FlatPainter {
  constructor(canvas, photo, faces, stamp, context) {
    Object.assign(this, { canvas, photo, faces, stamp, context });
    this.kept = {};
    for (const [number, face] of Object.entries(faces)) this.kept[number] = this.keep(face);
  }

  keep(face) {
    const [left, top, wide, high] = face.hollow, skull = this.cut(face), jaw = this.cut(face);
    jaw.globalCompositeOperation = 'destination-in';
    jaw.drawImage(face.shown, 0, 0, face.width, face.height);
    const parted = face.hole && this.cut(face);
    if (parted) {
      parted.globalCompositeOperation = 'destination-out';
      parted.drawImage(face.hole, left, top, wide, high);
    }
    return { skull: skull.canvas, jaw: jaw.canvas, parted: parted?.canvas };
  }

  // The photo as it is within the face's box.
  cut(face) {
    const across = this.photo.naturalWidth / this.canvas.width, down = this.photo.naturalHeight / this.canvas.height;
    const onto = sheet(face.width, face.height);
    onto.drawImage(this.photo, face.left * across, face.top * down, face.width * across, face.height * down,
      0, 0, face.width, face.height);
    return onto;
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
    const isMoved = at => Math.abs(skull[at]) > STILL || Math.abs(skull[at + 1]) > STILL;
    const isApart = at => Math.abs(jaw[at] - skull[at]) > STILL || Math.abs(jaw[at + 1] - skull[at + 1]) > STILL;
    if (pose.parting) {
      const [left, top, wide, high] = face.hollow, room = 1 + Math.hypot(...pose.head);
      const isOverMouth = at => {
        const x = face.places[1.5 * at] - left, y = face.places[1.5 * at + 1] - top;
        return x >= -room && x <= wide + room && y >= -room && y <= high + room;
      };
      this.mouth(face, pose);
      // Until the inside of the mouth is wholly there, the skin shines through its hole.
      onto.globalAlpha = 1 - pose.parting;
      if (pose.parting < 1) cells(onto, kept.skull, face, skull, isOverMouth);
      onto.globalAlpha = 1;
      cells(onto, kept.parted, face, skull, at => isMoved(at) || isOverMouth(at));
      if (pose.blink) for (const lid of face.lids) this.lid(face, kept, lid, pose, skull);
      cells(onto, kept.jaw, face, jaw, at => isApart(at) || isOverMouth(at));
    } else {
      cells(onto, kept.skull, face, skull, isMoved);
      if (pose.blink) for (const lid of face.lids) this.lid(face, kept, lid, pose, skull);
      cells(onto, kept.jaw, face, jaw, isApart);
    }
    onto.restore();
  }

  // What is between the lips goes where the head goes; the skull's skin, in which there is a hole, is drawn over it.
  mouth(face, { head, teeth }) {
    const onto = this.context, [left, top, wide, high] = face.hollow;
    onto.setTransform(1, 0, 0, 1, face.left + left + head[0], face.top + top + head[1]);
    onto.drawImage(face.plain, 0, 0, wide, high);
    onto.globalAlpha = teeth;
    if (teeth) onto.drawImage(face.toothed, 0, 0, wide, high);
    onto.globalAlpha = 1;
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

// Those pieces of the net that hold a place that is worth it. As large as the field is even enough for, since each takes
// its time to be drawn; of a small face several places of the net at the least: edges of pieces blur what they cross.
function cells(onto, picture, face, moved, isWorthIt) {
  const { count, width, height } = face, last = count - 1, wide = width / last, high = height / last;
  const least = Math.ceil(LEAST_CELL / Math.min(wide, high));
  const worth = new Uint8Array(count * count);
  for (let place = 0; place < worth.length; place++) worth[place] = isWorthIt(2 * place) ? 1 : 0;

  function piece(row, column, side) {
    const columns = Math.min(side, last - column), rows = Math.min(side, last - row);
    if (columns <= 0 || rows <= 0) return;
    const x = column * wide, y = row * high, across = columns * wide, down = rows * high;
    if (!holds(row, column, rows, columns)) return;
    const left = Math.max(x - OVER, 0), right = Math.min(x + across + OVER, width);
    const top = Math.max(y - OVER, 0), bottom = Math.min(y + down + OVER, height);
    // How it is moved along its two sides, a place of them, and its middle; of two sides that go different ways the mean.
    const at = 2 * (row * count + column), beside = at + 2 * columns;
    const below = at + 2 * rows * count, beyond = below + 2 * columns;
    const ax = (moved[beside] - moved[at] + moved[beyond] - moved[below]) / (2 * columns);
    const ay = (moved[beside + 1] - moved[at + 1] + moved[beyond + 1] - moved[below + 1]) / (2 * columns);
    const bx = (moved[below] - moved[at] + moved[beyond] - moved[beside]) / (2 * rows);
    const by = (moved[below + 1] - moved[at + 1] + moved[beyond + 1] - moved[beside + 1]) / (2 * rows);
    const cornerX = (moved[at] + moved[beside] + moved[below] + moved[beyond] - 2 * (ax * columns + bx * rows)) / 4;
    const cornerY = (moved[at + 1] + moved[beside + 1] + moved[below + 1] + moved[beyond + 1]
      - 2 * (ay * columns + by * rows)) / 4;
    const isEven = () => {
      for (let down = 0; down <= rows; down++)
        for (let aside = 0, place = at + 2 * down * count; aside <= columns; aside++, place += 2)
          if (Math.abs(cornerX + ax * aside + bx * down - moved[place]) > EVEN
            || Math.abs(cornerY + ay * aside + by * down - moved[place + 1]) > EVEN) return false;
      return true;
    };
    if (side > least && !isEven()) {
      const half = side / 2;
      for (const each of [row, row + half]) for (const other of [column, column + half]) piece(each, other, half);
      return;
    }
    onto.setTransform(1 + ax / wide, ay / wide, bx / high, 1 + by / high,
      face.left + cornerX - ax * column - bx * row, face.top + cornerY - ay * column - by * row);
    onto.drawImage(picture, left, top, right - left, bottom - top, left, top, right - left, bottom - top);
  }

  function holds(row, column, rows, columns) {
    for (let down = row; down <= row + rows; down++)
      for (let place = down * count + column, end = place + columns; place <= end; place++) if (worth[place]) return true;
    return false;
  }

  const side = LARGEST * least;
  for (let row = 0; row < last; row += side)
    for (let column = 0; column < last; column += side) piece(row, column, side);
  onto.setTransform(1, 0, 0, 1, 0, 0);
}
