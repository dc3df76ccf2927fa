/**
 * Which layers stand for the low, the middle and the high ones of a network, and which of their filters and pictures are shown. Pure.
 *
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {"low" | "middle" | "high"} Level
 */

/**
 * The first layer with kernels, the last, and one between them.
 * @param {Layer[]} layers
 * @returns {Partial<Record<Level, Layer>>} without those that a shallow network lacks
 */
export function levelsOf(layers) {
  const all = layers.filter(({ weight_shape: shape }) => shape !== null);
  const [high, low] = [all.at(-1), all.length > 1 ? all[0] : undefined];
  const middle = all.length > 2 ? all[(all.length - 1) >> 1] : undefined;
  return { ...(low && { low }), ...(middle && { middle }), ...(high && { high }) };
}

/**
 * The first filter that anything excites; 0 if nothing excites any.
 * @param {{end: string, value: number}[][]} filters the patches of each
 */
export function firstExcited(filters) {
  const isExcited = (/** @type {{end: string, value: number}[]} */ patches) =>
    patches.some(({ end, value }) => end === "most" && value > 0);
  return Math.max(0, filters.findIndex(isExcited));
}

/**
 * The picture of the shown step: the last one made up to it.
 * @param {number[]} steps of the pictures, ascending
 * @param {number | null} shown null: the newest
 */
export function pictureAt(steps, shown) {
  return shown === null
    ? steps.length - 1
    : Math.max(
        0,
        steps.findLastIndex((step) => step <= shown),
      );
}

/**
 * The part of a patch that lies in the image, if it covers all of that.
 * @param {import("../draw/patch.js").Patch} patch
 * @param {number[]} size of the image, (channels, rows, cols)
 */
export function withinImage(patch, [channels, height, width]) {
  const { shape, pixels, top, left } = patch;
  const [, rows, cols] = shape;
  if (top > 0 || left > 0 || top + rows < height || left + cols < width) return patch;
  const inside = new Float32Array(channels * height * width);
  for (let line = 0; line < channels * height; line += 1) {
    const from = (Math.floor(line / height) * rows + (line % height) - top) * cols - left;
    inside.set(pixels.subarray(from, from + width), line * width);
  }
  return { shape: [channels, height, width], pixels: inside, top: 0, left: 0 };
}
