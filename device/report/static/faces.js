// A moved face over its photo, as device/living/render.py has it: what belongs to the skull, between the lips the inside
// of the mouth, over both what belongs to the jaw. A field says where each place of the photo goes, so a net of places
// is drawn where they have gone; nothing is turned round. At the edge of a face's box nothing moves.

const FIELDS = 7;      // bytes a place: jaw, upper, lower and brow down the face; wide, round and sway across it
const PARTS = 0.012;   // heights of the face, by which the inside of the mouth is wholly there
const LASH_DARK = 0.5, LASH_ROWS = 3;

const bytesOf = text => Int8Array.from(atob(text), letter => letter.charCodeAt(0) << 24 >> 24);

function imageOf(address) {
  const image = new Image();
  image.src = address;
  return image.decode().then(() => image);
}

// What does not change while a face moves: its net and its pictures.
async function faceOf(told) {
  const [left, top, width, height] = told.box, count = told.places, last = count - 1;
  const [hole, plain, toothed, shown] = await Promise.all(
    [told.hole, told.plain, told.toothed ?? told.plain, told.shown].map(each => each && imageOf(each)));
  const places = new Float32Array(count * count * 3);
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < count; column++, at += 3) {
      places[at] = column / last * width - 0.5;
      places[at + 1] = row / last * height - 0.5;
    }
  const face = { ...told, left, top, width, height, count, places, hole, plain, toothed, shown,
    skull: bytesOf(told.skull), jaw: bytesOf(told.jaw) };
  const [x, y] = told.across;
  face.down = [-y, x];
  face.lids = told.lids.map(lid => lidOf(face, lid));
  return face;
}

// The nearest place of the net.
function nearest(face, x, y) {
  const at = (along, length) => Math.round(clip((along + 0.5) / length, 0, 1) * (face.count - 1));
  return at(y, face.height) * face.count + at(x, face.width);
}

// Two strips, each three numbers a corner: across, down, and by how much a closed eye has moved it down the face. One is
// the skin that is stretched over the eye, the other the lashes at its edge.
function lidOf(face, { lash, closes, columns }) {
  const [right, low] = face.down, skin = [], lashes = [], fields = [], shown = [];
  for (const [x, y, falls, strip] of columns) {
    skin.push(x - strip * right, y - strip * low, 0, x, y, falls);
    for (const side of [-LASH_ROWS, LASH_ROWS])
      lashes.push(x + side * lash * right, y + side * lash * low, falls);
    const at = nearest(face, x, y) * FIELDS, here = face.skull.subarray(at, at + FIELDS);
    fields.push(...here, ...here);
    shown.push(falls / closes / (3 * lash));
  }
  return { lash, columns, shown, skin: new Float32Array(skin), lashes: new Float32Array(lashes), fields: Int8Array.from(fields) };
}

// What is asked of a face at one moment, in the units of its field.
function poseOf(face, row) {
  const scale = face.scale, lips = row[JAW] + row[UPPER] + row[LOWER];
  const moved = face.parted
    ? Math.abs(row[JAW]) + Math.abs(row[UPPER]) + Math.abs(row[LOWER]) + 0.1 * (Math.abs(row[WIDE]) + Math.abs(row[ROUND]))
    : lips;
  const falls = [row[JAW] * scale[0], row[UPPER] * scale[1], row[LOWER] * scale[2], row[BROW] * scale[3]];
  const draws = [row[WIDE] * scale[4], row[ROUND] * scale[5], row[ACROSS] * scale[6], row[DOWN] * scale[6]];
  const sway = face.skull[nearest(face, ...face.mouth) * FIELDS + 6];
  const [x, y] = face.across;
  const head = [sway * (draws[2] * x - draws[3] * y), sway * (draws[2] * y + draws[3] * x)];
  return { falls, draws, head, blink: row[BLINK], teeth: row[TEETH], parting: face.hole ? clip(moved / PARTS, 0, 1) : 0 };
}
