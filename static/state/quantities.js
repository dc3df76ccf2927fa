/**
 * The quantities that the pictures of the kernels show, and the names of their tensors. Pure.
 *
 * A picture consists of bands, one below the other, each with one quantity of all kernels.
 *
 * @typedef {"gradient" | "response" | "sensitivity" | "update" | "step" | "start" | "lane" | "truth"} ViewName
 *
 * Of each weight: its value, ∂L/∂W, the last update, its value before that, its distance from the start, and its difference from the
 * same weight in another lane; and of the planted kernel that the filter is matched with. Of each filter a map: its response to the page's image, or ∂L/∂Z, the gradient of this image's loss.
 * @typedef {"response" | "sensitivity"} MapName
 * @typedef {"weight" | "gradient" | "update" | "before" | "moved" | "apart" | "truth" | MapName} Quantity
 */

/** @type {Record<ViewName, Quantity[]>} */
export const BANDS = {
  gradient: ["weight", "gradient"],
  response: ["weight", "response"],
  sensitivity: ["weight", "sensitivity"],
  update: ["weight", "update"],
  step: ["before", "update", "weight"],
  start: ["weight", "moved"],
  lane: ["weight", "apart"],
  truth: ["weight", "truth"],
};

/**
 * Which of the two colour scales each quantity uses: that for values, or that for changes.
 * @type {Record<Quantity, "weight" | "gradient">}
 */
export const COLOURS = {
  weight: "weight",
  before: "weight",
  truth: "weight",
  gradient: "gradient",
  update: "gradient",
  moved: "gradient",
  apart: "gradient",
  response: "weight",
  sensitivity: "gradient",
};

/** What maps are called in frames. @type {Record<MapName, "responses" | "sensitivities">} */
export const STREAMED = { response: "responses", sensitivity: "sensitivities" };

/** @param {Quantity} quantity @returns {quantity is MapName} */
export const isMap = (quantity) => Object.hasOwn(STREAMED, quantity);

/**
 * Name the tensor in which a quantity of a layer is streamed.
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {string} against the id of the lane that `apart` compares with
 */
export function tensorName(layer, quantity, against) {
  if (isMap(quantity)) return `${STREAMED[quantity]}/${layer}`;
  const streamed = {
    weight: "params",
    gradient: "grads",
    update: "updates",
    before: "before",
    moved: "moved",
    apart: `apart.${against}`,
    truth: "truth",
  };
  return `${streamed[quantity]}/${layer}.weight`;
}

/**
 * The further quantities to request from the server.
 * @param {ViewName} view
 * @param {string} against
 * @returns {string[]} quantities
 */
export function wantedFor(view, against) {
  const names = {
    gradient: [],
    response: [STREAMED.response],
    sensitivity: [STREAMED.sensitivity],
    update: ["updates"],
    step: ["updates", "before"],
    start: ["moved"],
    lane: [`apart.${against}`],
    truth: ["truth"],
  };
  return names[view];
}
