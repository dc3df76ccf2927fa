/**
 * What one step did to one weight, in which words: by the run's own numbers, none of them computed from another.
 *
 * @typedef {import("../base/types.js").Optimizer} Optimizer
 *
 * @typedef {object} Exact
 * @property {number} weight  as it is
 * @property {number | null} gradient  that the last step used; null before the first
 * @property {number | null} update    what it added
 * @property {number | null} before    to what
 *
 * @typedef {object} Update
 * @property {"initial" | "non_finite" | "positive" | "negative" | "zero" | "positive.other" | "negative.other" | "zero.other"} kind
 *   which sentence tells it
 * @property {number | null} after  the weight that the step left; null where there was none
 * @property {boolean} edited       it is another one now: changed by hand since
 */

/**
 * Whether the update is −lr · g and nothing else.
 * @param {Optimizer} optimizer
 */
export function isPlainSgd({ type, momentum = 0, weight_decay: weightDecay = 0 }) {
  return type === "sgd" && momentum === 0 && weightDecay === 0;
}

/**
 * @param {Exact} exact
 * @param {Optimizer} optimizer
 * @returns {Update}
 */
export function explainUpdate({ weight, gradient, update, before }, optimizer) {
  if (gradient === null || update === null || before === null) return { kind: "initial", after: null, edited: false };
  if (![weight, gradient, update, before].every(Number.isFinite)) return { kind: "non_finite", after: null, edited: false };
  const sign = gradient > 0 ? "positive" : gradient < 0 ? "negative" : "zero";
  // As the server adds them up, in float32.
  const after = Math.fround(before + update);
  return { kind: isPlainSgd(optimizer) ? sign : `${sign}.other`, after, edited: weight !== after };
}
