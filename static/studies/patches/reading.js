import { unpackPixels } from "../../stream/packed.js";

/**
 * The best patches of a layer's filters, and where they lie. Pure.
 *
 * @typedef {"most" | "least"} End
 * @typedef {[number, number]} Pair  rows, cols
 *
 * A patch: of which training image, at which position of the filter's map, with which value before the activation.
 * @typedef {{end: End, value: number, image: number, row: number, col: number, label: number}} Patch
 *
 * @typedef {import("../card.js").Dated & Patches} Found
 *
 * @typedef {object} Patches
 * @property {string} layer
 * @property {number} first  the first of these filters
 * @property {number} images  the number of training images
 * @property {number} searched  of them so far: fewer before the first search is done
 * @property {{size: Pair, step: Pair, start: Pair}} field  the receptive fields of the layer
 * @property {Patch[][]} filters
 * @property {import("../../stream/packed.js").Packed} pixels  [patch, channel, row, col], filter by filter
 *
 * A patch with its pixels and its first row and column in the image, which may lie beyond the edge.
 * @typedef {Patch & {shape: number[], pixels: Float32Array, top: number, left: number}} Placed
 */

/** The most filters in a finding (server/kernelscope/studies/patches.py). */
export const MOST_FILTERS = 16;

/** The first of the filters that are requested together with this one. @param {number} out */
export function firstOf(out) {
  return out - (out % MOST_FILTERS);
}

/**
 * @param {Found} found
 * @returns {Placed[][]} of each filter
 */
export function placed({ field: { step, start }, filters, pixels }) {
  const [, ...shape] = pixels.shape;
  const size = shape.reduce((product, length) => product * length, 1);
  const all = unpackPixels(pixels);
  let at = 0;
  return filters.map((patches) =>
    patches.map((patch) => {
      const [top, left] = [start[0] + patch.row * step[0], start[1] + patch.col * step[1]];
      at += 1;
      return { ...patch, shape, pixels: all.subarray((at - 1) * size, at * size), top, left };
    }),
  );
}
