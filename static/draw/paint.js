import { kernelOrigin } from "./atlas.js";
import { colourIndices, ZERO } from "./colormap.js";
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

/** The colour index of each cell of exact numbers; as long as the largest layer painted so far. */
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
  const places = plan.places[band];
  if (!values) {
    for (const place of places) pixels.fill(absent, place, place + plan.cell);
  } else if (plan.shape.colour) {
    colourCells(plan, pixels, places, entriesOf(values, limit, linear), table);
  } else if (values instanceof Int8Array) {
    // A level is its entry but for where the table begins (`colourIndices`): no other pass over the numbers is needed.
    lightCells(pixels, places, plan.cell, new Uint8Array(values.buffer, values.byteOffset, values.length), ZERO, table);
  } else {
    lightCells(pixels, places, plan.cell, entriesOf(values, limit, linear), 0, table);
  }
  deepen(plan, pixels, band);
}

/**
 * @param {Int8Array | Float32Array} values
 * @param {number} limit
 * @param {number} linear
 */
function entriesOf(values, limit, linear) {
  if (indices.length < values.length) indices = new Uint8Array(values.length);
  colourIndices(values, limit, indices, linear);
  return indices;
}

/**
 * Paint the first line of each cell. It runs for every number of every frame: with one type of array, it is as fast as can be.
 * @param {Uint32Array} pixels
 * @param {Int32Array} places
 * @param {number} cell
 * @param {Uint8Array} entries of the table, each less `from`
 * @param {number} from
 * @param {Uint32Array} table
 */
function lightCells(pixels, places, cell, entries, from, table) {
  for (let index = 0; index < places.length; index += 1) {
    const colour = table[(entries[index] + from) & 255];
    const pixel = places[index];
    pixels[pixel] = colour;
    for (let next = pixel + 1; next < pixel + cell; next += 1) pixels[next] = colour;
  }
}

/**
 * Paint the first line of each cell in the colour of its three channels, which are at the same place.
 * @param {Plan} plan
 * @param {Uint32Array} pixels
 * @param {Int32Array} places
 * @param {Uint8Array} entries of the table
 * @param {Uint32Array} table
 */
function colourCells({ shape, cell }, pixels, places, entries, table) {
  const cells = shape.rows * shape.cols;
  for (let first = 0; first < places.length; first += 3 * cells) {
    for (let at = first; at < first + cells; at += 1) {
      const colour = mixed(entries[at], entries[at + cells], entries[at + 2 * cells], table);
      pixels.fill(colour, places[at], places[at] + cell);
    }
  }
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
