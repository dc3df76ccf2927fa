/**
 * What one step did to one weight, and which sentence says so: from the run's own numbers, none computed from another. Pure.
 *
 * @typedef {import("../base/types.js").Optimizer} Optimizer
 *
 * @typedef {object} Exact
 * @property {number} weight its present value
 * @property {number | null} gradient  used by the last step; null before the first
 * @property {number | null} update added by the last step
 * @property {number | null} before the weight before that
 *
 * @typedef {object} Update
 * @property {"initial" | "non_finite" | "positive" | "negative" | "zero" | "positive.other" | "negative.other" | "zero.other"} kind
 *   selects the sentence
 * @property {number | null} after  the weight after the step; null before the first
 * @property {boolean} edited       whether it has been changed by hand since
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
  // In float32, as the server adds them.
  const after = Math.fround(before + update);
  return { kind: isPlainSgd(optimizer) ? sign : `${sign}.other`, after, edited: weight !== after };
}
