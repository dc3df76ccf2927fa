/**
 * The quantities that the pictures of the kernels show, and what they are called on their way from the server. Pure.
 *
 * A picture has bands, one below the other, each with one quantity of all kernels.
 *
 * @typedef {"gradient" | "update" | "step" | "start" | "lane"} ViewName
 *
 * Of each weight: itself, ∂L/∂W, what the last update added to it, what it was before, how far it has moved from the start,
 * and how far it lies from that of another lane.
 * @typedef {"weight" | "gradient" | "update" | "before" | "moved" | "apart"} Quantity
 */

/** @type {Record<ViewName, Quantity[]>} */
export const BANDS = {
  gradient: ["weight", "gradient"],
  update: ["weight", "update"],
  step: ["before", "update", "weight"],
  start: ["weight", "moved"],
  lane: ["weight", "apart"],
};

/** Which of the two colour scales each quantity has: values, or what changes them. @type {Record<Quantity, "weight" | "gradient">} */
export const COLOURS = {
  weight: "weight",
  before: "weight",
  gradient: "gradient",
  update: "gradient",
  moved: "gradient",
  apart: "gradient",
};

/**
 * The name of the tensor that a quantity of a layer is streamed in.
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {string} against the id of the lane that `apart` compares with
 */
export function tensorName(layer, quantity, against) {
  const streamed = { weight: "params", gradient: "grads", update: "updates", before: "before", moved: "moved", apart: `apart.${against}` };
  return `${streamed[quantity]}/${layer}.weight`;
}

/**
 * What the server has to be asked for.
 * @param {ViewName} view
 * @param {string} against
 * @returns {string[]} quantities
 */
export function wantedFor(view, against) {
  const names = { gradient: [], update: ["updates"], step: ["updates", "before"], start: ["moved"], lane: [`apart.${against}`] };
  return names[view];
}
