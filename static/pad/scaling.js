/**
 * Bring a picture to the size of a data set's images. Pure.
 *
 * @typedef {import("./ink.js").Picture} Picture
 * @typedef {{top: number, left: number, height: number, width: number}} Frame in pixels; need not be whole numbers
 */

/** The box into which MNIST scales a digit, and the field into which it sets the box, in pixels. */
const BOX = 20;
const FIELD = 28;

/** From which level on there is ink: less is the fading edge of a brush, or a camera's noise. */
const INK = 0.1;
/** From which level on Fashion-MNIST doesn't trim: within 5 % of the background. */
const TRIM = 0.05;
/** By how much ink differs from paper at least: less is a sheet of one colour. */
const LEAST_CONTRAST = 0.02;

/**
 * The mean of a picture over each pixel of a coarser grid that is laid over a part of it. Outside it is the nearest edge's value.
 * @param {Picture} picture
 * @param {Frame} frame the part
 * @param {number} rows of the grid
 * @param {number} cols
 * @returns {Picture}
 */
export function resampled({ shape: [channels, height, width], pixels }, frame, rows, cols) {
  const down = weightsOf(frame.top, frame.height / rows, rows, height);
  const across = weightsOf(frame.left, frame.width / cols, cols, width);
  const found = new Float32Array(channels * rows * cols);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        let sum = 0;
        for (const [fromRow, share] of down[row]) {
          for (const [fromCol, part] of across[col]) sum += share * part * pixels[(channel * height + fromRow) * width + fromCol];
        }
        found[(channel * rows + row) * cols + col] = sum;
      }
    }
  }
  return { shape: [channels, rows, cols], pixels: found };
}

/**
 * For each place of a coarser axis the places of the finer one that it covers, and the share of each.
 * @param {number} start on the finer axis
 * @param {number} step from one place of the coarser axis to the next, on the finer one
 * @param {number} count places of the coarser axis
 * @param {number} length of the finer axis
 * @returns {[number, number][][]}
 */
function weightsOf(start, step, count, length) {
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [start + index * step, start + (index + 1) * step];
    /** @type {[number, number][]} */
    const covered = [];
    for (let place = Math.floor(from); place < to; place += 1) {
      const share = (Math.min(to, place + 1) - Math.max(from, place)) / step;
      if (share > 0) covered.push([Math.min(length - 1, Math.max(0, place)), share]);
    }
    return covered;
  });
}

/**
 * The largest part in the middle of a picture that has another one's proportions; or the smallest frame about all of it that has them.
 * @param {number} height
 * @param {number} width
 * @param {number} rows
 * @param {number} cols
 * @param {boolean} [isWhole]
 * @returns {Frame}
 */
export function middle(height, width, rows, cols, isWhole = false) {
  const scale = (isWhole ? Math.max : Math.min)(height / rows, width / cols);
  return { top: (height - scale * rows) / 2, left: (width - scale * cols) / 2, height: scale * rows, width: scale * cols };
}

/**
 * Scale and centre a digit as MNIST does: its ink fits into a box of 20×20 pixels, proportions kept, whose grey levels come from
 * averaging, and the box is set into a field of 28×28 such that the centre of mass of the ink is the centre of the field
 * (LeCun, Cortes and Burges, "The MNIST database of handwritten digits": by whole pixels here, and never so far that ink is cut off).
 * Or set it in as Fashion-MNIST does: trimmed, its longer side scaled to 28 pixels, and its middle set into the middle (Xiao, Rasul and
 * Vollgraf, arXiv:1708.07747, section 2: grey levels come from averaging here, and aren't sharpened).
 * @param {Picture} picture one channel: 0 is paper, 1 ink
 * @param {"mass" | "extent"} [by]
 * @returns {Picture} 28×28; without any ink, paper
 */
export function centred(picture, by = "mass") {
  const field = new Float32Array(FIELD * FIELD);
  const [box, least] = by === "mass" ? [BOX, INK] : [FIELD, TRIM];
  const found = inkOf(picture, least);
  /** @type {Picture} */
  const result = { shape: [1, FIELD, FIELD], pixels: field };
  if (!found) return result;
  // The smallest number of whole pixels that holds the shorter side, and the same scale for both.
  const scale = Math.max(found.height, found.width) / box;
  const rows = Math.max(1, Math.ceil(found.height / scale - 1e-9));
  const cols = Math.max(1, Math.ceil(found.width / scale - 1e-9));
  const frame = {
    top: found.top - (rows * scale - found.height) / 2,
    left: found.left - (cols * scale - found.width) / 2,
    height: rows * scale,
    width: cols * scale,
  };
  const { pixels } = resampled(picture, frame, rows, cols);
  const [down, right] = by === "mass" ? massCentre(pixels, cols) : [rows / 2, cols / 2];
  const top = within(Math.round(FIELD / 2 - down), FIELD - rows);
  const left = within(Math.round(FIELD / 2 - right), FIELD - cols);
  for (let row = 0; row < rows; row += 1) field.set(pixels.subarray(row * cols, (row + 1) * cols), (top + row) * FIELD + left);
  return result;
}

/**
 * @param {Float32Array} pixels
 * @param {number} cols
 * @returns {[number, number]} row and column of their centre of mass
 */
function massCentre(pixels, cols) {
  let [mass, down, right] = [0, 0, 0];
  pixels.forEach((level, at) => {
    mass += level;
    down += level * (Math.floor(at / cols) + 0.5);
    right += level * ((at % cols) + 0.5);
  });
  return [down / mass, right / mass];
}

const within = (/** @type {number} */ place, /** @type {number} */ most) => Math.min(most, Math.max(0, place));

/**
 * The smallest frame that holds all ink; null: there is none.
 * @param {Picture} picture
 * @param {number} [least] the level from which on there is ink
 * @returns {Frame | null}
 */
export function inkOf({ shape: [, rows, cols], pixels }, least = INK) {
  let [top, left, bottom, right] = [rows, cols, -1, -1];
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      if (pixels[row * cols + col] < least) continue;
      [top, bottom] = [Math.min(top, row), row];
      [left, right] = [Math.min(left, col), Math.max(right, col)];
    }
  }
  return bottom < 0 ? null : { top, left, height: bottom + 1 - top, width: right + 1 - left };
}

/**
 * A photograph of a drawing as light ink on dark paper, as MNIST has it. Its edge is taken for paper, on which the light may fall from
 * one side: the plane through its levels. What differs most from that is ink, and a tenth of the difference, such as grain, paper still.
 * @param {Picture} picture one channel
 * @returns {Picture}
 */
export function inkOnPaper({ shape, pixels }) {
  const [, rows, cols] = shape;
  const paper = planeAtEdge(pixels, rows, cols);
  const apart = pixels.map((value, at) => value - paper(Math.floor(at / cols), at % cols));
  const most = apart.reduce((far, value) => Math.max(far, Math.abs(value)), 0);
  if (most < LEAST_CONTRAST) return { shape, pixels: new Float32Array(pixels.length) };
  const sign = apart.reduce((sum, value) => sum + Math.sign(value) * value ** 2, 0) > 0 ? 1 : -1;
  return { shape, pixels: apart.map((value) => Math.min(1, Math.max(0, ((sign * value) / most - INK) / (1 - INK)))) };
}

/**
 * A picture on a light ground as its negative, as Fashion-MNIST has it: the ground is what its edge is on average.
 * @param {Picture} picture one channel
 * @returns {Picture}
 */
export function onDark({ shape, pixels }) {
  const [, rows, cols] = shape;
  const ground = planeAtEdge(pixels, rows, cols)((rows - 1) / 2, (cols - 1) / 2);
  return ground > 0.5 ? { shape, pixels: pixels.map((value) => 1 - value) } : { shape, pixels };
}

/**
 * The plane that fits the outermost pixels best, by least squares: they lie about the middle evenly, so that its level there and its
 * two slopes can be taken one by one.
 * @param {Float32Array} pixels
 * @param {number} rows
 * @param {number} cols
 */
function planeAtEdge(pixels, rows, cols) {
  const down = (/** @type {number} */ row) => row - (rows - 1) / 2;
  const right = (/** @type {number} */ col) => col - (cols - 1) / 2;
  let [count, level, fall, tilt, downs, rights] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += row % (rows - 1) === 0 ? 1 : Math.max(1, cols - 1)) {
      const value = pixels[row * cols + col];
      count += 1;
      level += value;
      fall += down(row) * value;
      tilt += right(col) * value;
      downs += down(row) ** 2;
      rights += right(col) ** 2;
    }
  }
  const [mean, perRow, perCol] = [level / count, downs > 0 ? fall / downs : 0, rights > 0 ? tilt / rights : 0];
  return (/** @type {number} */ row, /** @type {number} */ col) => mean + perRow * down(row) + perCol * right(col);
}

/** One channel from three, by their luma (ITU-R BT.601). @param {Picture} picture @returns {Picture} */
export function grey({ shape: [channels, rows, cols], pixels }) {
  if (channels !== 3) return { shape: [channels, rows, cols], pixels };
  const size = rows * cols;
  const found = Float32Array.from(
    { length: size },
    (_, at) => 0.299 * pixels[at] + 0.587 * pixels[size + at] + 0.114 * pixels[2 * size + at],
  );
  return { shape: [1, rows, cols], pixels: found };
}

/** As the data sets store them: whole levels from 0 to 255. @param {Picture} picture @returns {Uint8Array} */
export function levelsOf({ pixels }) {
  return Uint8Array.from(pixels, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}
