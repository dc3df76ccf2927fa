/**
 * Drawing: strokes of a thick, soft, round brush, as numbers on a grid that is finer than the picture. Pure.
 *
 * A picture: [channel, row, col], from 0 to 1.
 * @typedef {{shape: [number, number, number], pixels: Float32Array}} Picture
 *
 * Places are shares of the height and width: 0, 0 is the upper left corner, 1, 1 the lower right one.
 * @typedef {{row: number, col: number}} Place
 *
 * @typedef {object} Stroke
 * @property {Place[]} places that the brush passes one after another; a single one is a dot
 * @property {number[]} colour a value for each channel
 * @property {number} width of the brush, as a share of the picture's shorter side
 */

/** Cells of the grid to a pixel of the picture, in each direction. */
const FINENESS = 4;

/** The share of the brush's radius over which its edge fades from all ink to none. */
const SOFTNESS = 0.5;

/** The size of the grid for pictures of this shape. @param {number[]} shape @returns {[number, number, number]} */
export function gridOf([channels, rows, cols]) {
  return [channels, rows * FINENESS, cols * FINENESS];
}

/**
 * A sheet of paper.
 * @param {[number, number, number]} shape
 * @param {number[]} ground the value of each channel
 * @returns {Picture}
 */
export function paper(shape, ground) {
  const size = shape[1] * shape[2];
  const pixels = new Float32Array(shape[0] * size);
  ground.forEach((value, channel) => pixels.fill(value, channel * size, (channel + 1) * size));
  return { shape, pixels };
}

/**
 * Draw strokes one over the other.
 * @param {Stroke[]} strokes
 * @param {Picture} sheet that they are drawn on; it isn't changed
 * @returns {Picture}
 */
export function drawn(strokes, { shape, pixels: before }) {
  const [channels, rows, cols] = shape;
  const size = rows * cols;
  const pixels = before.slice();
  for (const stroke of strokes) {
    const cover = coverOf(stroke, shape);
    for (let channel = 0; channel < channels; channel += 1) {
      for (let at = 0; at < size; at += 1) {
        const place = channel * size + at;
        if (cover[at] > 0) pixels[place] += cover[at] * (stroke.colour[channel] - pixels[place]);
      }
    }
  }
  return { shape, pixels };
}

/**
 * The share of ink that a stroke leaves on each cell of the grid. A stroke that crosses itself is no darker there.
 * @param {Stroke} stroke
 * @param {[number, number, number]} shape
 */
function coverOf({ places, width }, [, rows, cols]) {
  const cover = new Float32Array(rows * cols);
  const radius = (width * Math.min(rows, cols)) / 2;
  const edge = Math.max(SOFTNESS * radius, 1);
  const points = places.map(({ row, col }) => [row * rows - 0.5, col * cols - 0.5]);
  for (let index = 0; index < points.length; index += 1) {
    const [fromRow, fromCol] = points[Math.max(0, index - 1)];
    const [toRow, toCol] = points[index];
    const reach = radius + edge;
    const [top, bottom] = span(fromRow, toRow, reach, rows);
    const [left, right] = span(fromCol, toCol, reach, cols);
    for (let row = top; row <= bottom; row += 1) {
      for (let col = left; col <= right; col += 1) {
        const far = distance(row, col, fromRow, fromCol, toRow, toCol);
        const ink = Math.min(1, (radius + edge / 2 - far) / edge);
        const at = row * cols + col;
        if (ink > cover[at]) cover[at] = ink;
      }
    }
  }
  return cover;
}

/** The cells between two places and as far around as the brush reaches, within the grid. */
function span(/** @type {number} */ one, /** @type {number} */ other, /** @type {number} */ reach, /** @type {number} */ count) {
  return [Math.max(0, Math.floor(Math.min(one, other) - reach)), Math.min(count - 1, Math.ceil(Math.max(one, other) + reach))];
}

/**
 * From a cell to the nearest place of a straight line.
 * @param {number} row
 * @param {number} col
 * @param {number} fromRow
 * @param {number} fromCol
 * @param {number} toRow
 * @param {number} toCol
 */
function distance(row, col, fromRow, fromCol, toRow, toCol) {
  const [down, right] = [toRow - fromRow, toCol - fromCol];
  const length = down * down + right * right;
  const along = length > 0 ? ((row - fromRow) * down + (col - fromCol) * right) / length : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(row - fromRow - share * down, col - fromCol - share * right);
}
