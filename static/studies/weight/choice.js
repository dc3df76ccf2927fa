/**
 * The choice of any weight by its layer and its place there. Pure.
 *
 * @typedef {import("../../state/tensors.js").Cell} Cell
 * @typedef {import("../../state/tensors.js").KernelShape} KernelShape
 * @typedef {"out" | "in" | "row" | "col"} Axis
 */

/** @type {readonly Axis[]} */
export const AXES = ["out", "in", "row", "col"];

/**
 * The size of each axis.
 * @param {KernelShape} shape
 * @returns {Record<Axis, number>}
 */
export function extents(shape) {
  return { out: shape.out, in: shape.in, row: shape.rows, col: shape.cols };
}

/**
 * Read the typed place; if there is none, name the first wrong axis and its last place.
 * @param {Record<Axis, string>} typed
 * @param {KernelShape} shape
 * @returns {{cell: Cell, wrong: null} | {cell: null, wrong: {axis: Axis, last: number}}}
 */
export function readCell(typed, shape) {
  const cell = { out: 0, in: 0, row: 0, col: 0 };
  const sizes = extents(shape);
  for (const axis of AXES) {
    const text = typed[axis].trim();
    const place = Number(text);
    if (!/^\d+$/.test(text) || place >= sizes[axis]) return { cell: null, wrong: { axis, last: sizes[axis] - 1 } };
    cell[axis] = place;
  }
  return { cell, wrong: null };
}

/**
 * The same place in a layer of another shape, or the nearest.
 * @param {Cell} cell
 * @param {KernelShape} shape
 * @returns {Cell}
 */
export function nearestCell(cell, shape) {
  const sizes = extents(shape);
  const near = (/** @type {Axis} */ axis) => Math.min(cell[axis], sizes[axis] - 1);
  return { out: near("out"), in: near("in"), row: near("row"), col: near("col") };
}
