/**
 * What one step did to one weight, from the run's own numbers.
 *
 * @typedef {import("./types.js").Optimizer} Optimizer
 *
 * @typedef {object} Update
 * @property {"initial" | "non_finite" | "positive" | "negative" | "zero" | "positive.other" | "negative.other" | "zero.other"} kind
 *   which sentence tells it
 * @property {number} amount  |lr · g|
 * @property {number | null} before  the weight before the update; null where the gradient alone doesn't tell
 */

/**
 * Whether the update is −lr · g and nothing else.
 * @param {Optimizer} optimizer
 */
export function isPlainSgd({ type, momentum = 0, weight_decay: weightDecay = 0 }) {
  return type === "sgd" && momentum === 0 && weightDecay === 0;
}

/**
 * @param {number} weight after the step
 * @param {number | null} gradient that the step used; null before the first step
 * @param {number} rate that the step used
 * @param {Optimizer} optimizer
 * @returns {Update}
 */
export function explainUpdate(weight, gradient, rate, optimizer) {
  if (gradient === null) return { kind: "initial", amount: 0, before: null };
  if (!Number.isFinite(weight) || !Number.isFinite(gradient) || !Number.isFinite(rate)) {
    return { kind: "non_finite", amount: NaN, before: null };
  }
  const sign = gradient > 0 ? "positive" : gradient < 0 ? "negative" : "zero";
  if (!isPlainSgd(optimizer)) return { kind: `${sign}.other`, amount: NaN, before: null };
  // The stream holds the weight after the update; what it was before follows from it, to within float32's rounding.
  return { kind: sign, amount: Math.abs(rate * gradient), before: weight + rate * gradient };
}
