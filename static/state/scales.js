import { REACH } from "../stream/protocol.js";
import { tensorName } from "./quantities.js";
import { valuesOf } from "./tensors.js";

/**
 * The colour scales of the pictures: one that all lanes share, one of its own for each lane, or for gradients a symmetric logarithmic
 * one, on which those of all lanes can be told apart. Pure.
 *
 * @typedef {"shared" | "lanes" | "symlog"} ScaleKind
 * @typedef {import("./quantities.js").Quantity} Quantity
 * @typedef {import("./tensors.js").Stretch} Stretch
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../stream/protocol.js").Values} Values
 *
 * @typedef {object} Scale
 * @property {ScaleKind} kind
 * @property {number} limit   its end
 * @property {number} linear  up to where it is about linear; 0: it is linear everywhere
 * @property {number} setAt   the step at which it was last set
 *
 * What to draw: levels of the scale, or exact numbers; null: there are none.
 * @typedef {Scale & {values: Values | null}} Drawn
 *
 * @typedef {object} How
 * @property {string} against  the id of the lane that `apart` compares with
 * @property {ScaleKind} scale  the wanted kind
 */

/** @type {Scale} */
const NONE = { kind: "shared", limit: 0, linear: 0, setAt: 0 };
/** A lane's gradients are clipped too much when this share of them lies beyond the shared scale; a good scale clips one in 200. */
const TOO_MANY = 0.05;

/**
 * The scale of a quantity of a layer in a lane: of the wanted kind, or the shared one while the frame doesn't have that.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 * @param {How} how
 * @returns {Scale}
 */
export function scaleOf({ limits, laneLimits, symlogLimits }, layer, quantity, lane, { against, scale }) {
  const name = tensorName(layer, quantity, against);
  const own = scale === "lanes" ? laneLimits.get(name)?.[lane] : undefined;
  if (own) return { kind: "lanes", linear: 0, ...own };
  const symlog = scale === "symlog" ? symlogLimits.get(name) : undefined;
  if (symlog) return { kind: "symlog", ...symlog };
  return { ...NONE, ...limits.get(name) };
}

/**
 * A quantity of one layer in one lane, or a stretch of it, with its scale.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 * @param {How} how
 * @param {Stretch} [stretch]
 * @returns {Drawn}
 */
export function drawn(snapshot, layer, quantity, lane, how, stretch) {
  const scale = scaleOf(snapshot, layer, quantity, lane, how);
  const name = tensorName(layer, quantity, how.against);
  const tensor = snapshot.tensors.get(scale.kind === "shared" ? name : `${scale.kind}.${name}`) ?? snapshot.tensors.get(name);
  return { ...scale, values: valuesOf(tensor, lane, stretch) };
}

/**
 * Whether many of a lane's values lie beyond the scale that all lanes share.
 * @param {Values | null} values on that scale
 * @param {number} limit
 */
export function isClipped(values, limit) {
  if (!values || limit === 0) return false;
  const end = values instanceof Int8Array ? REACH : limit;
  let beyond = 0;
  for (const value of values) if (value > end || value < -end) beyond += 1;
  return beyond > TOO_MANY * values.length;
}
