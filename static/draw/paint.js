import { kernelOrigin } from "./atlas.js";
import { colourIndices } from "./colormap.js";
import { mixed } from "./mixing.js";

/**
 * Painting of numbers into the pixels of an atlas.
 *
 * @typedef {import("./atlas.js").Plan} Plan
 *
 * What a band shows of the filters of the page, or the maps below them. `linear`: of a symmetric logarithmic scale, or 0. `frame`: of
 * kernels in colour, which may be white and black; another one around changes.
 * @typedef {"edge" | "change"} Frame
 * @typedef {{values: Int8Array | Float32Array | null, limit: number, linear: number, table: Uint32Array, frame?: Frame | null}} Band
 */

/** The colour index of each cell; as long as the largest layer painted so far. */
let indices = new Uint8Array(0);

/**
 * Paint one quantity of a layer into its band of the atlas.
 * @param {Plan} plan
 * @param {Uint32Array} pixels of the atlas
 * @param {number} band
 * @param {Int8Array | Float32Array | null} values levels or exact; null: there are none yet
 * @param {number} limit of the colour scale
 * @param {Uint32Array} table
 * @param {number} absent the colour of a place without a value
 * @param {number} [linear] of a symmetric logarithmic scale
 */
export function paintBand(plan, pixels, band, values, limit, table, absent, linear = 0) {
  if (values) {
    if (indices.length < values.length) indices = new Uint8Array(values.length);
    colourIndices(values, limit, indices, linear);
  }
  const places = plan.places[band];
  const { cell, shape } = plan;
  const cells = shape.rows * shape.cols;
  for (let index = 0; index < places.length; index += 1) {
    let colour = values ? table[indices[index]] : absent;
    if (values && shape.colour) colour = mixed(indices[index], indices[index + cells], indices[index + 2 * cells], table);
    let pixel = places[index];
    for (const end = pixel + cell; pixel < end; pixel += 1) pixels[pixel] = colour;
    // The other two channels of a colour are at the same place.
    if (shape.colour && (index + 1) % cells === 0) index += 2 * cells;
  }
  deepen(plan, pixels, band);
}

/**
 * The kernels that are framed, and how: changes in colour else look like weights.
 * @param {Plan} plan
 * @param {Band[]} bands
 * @returns {{x: number, y: number, frame: Frame}[]}
 */
export function framedKernels(plan, bands) {
  return bands.flatMap(({ frame, values }, band) =>
    frame && values ? Array.from({ length: plan.shape.out }, (_, out) => ({ ...kernelOrigin(plan, band, out, 0), frame })) : [],
  );
}

/**
 * Copy the first painted line of each cell down to the cell's height, whole lines of the atlas at a time.
 * @param {Plan} plan
 * @param {Uint32Array} pixels
 * @param {number} band
 */
function deepen(plan, pixels, band) {
  const { shape, kind, cell, perRow, width } = plan;
  const levels = kind === "tiles" ? Math.ceil(shape.out / perRow) : shape.in;
  for (let level = 0; level < levels; level += 1) {
    const { y } = kind === "tiles" ? kernelOrigin(plan, band, level * perRow, 0) : kernelOrigin(plan, band, 0, level);
    for (let row = 0; row < shape.rows; row += 1) {
      const start = (y + row * cell) * width;
      for (let line = 1; line < cell; line += 1) pixels.copyWithin(start + line * width, start, start + width);
    }
  }
}
