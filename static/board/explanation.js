import { digitsFor, DIGITS, equation, inner, signed } from "../base/equation.js";
import { exact } from "../base/format.js";
import { optimizerName } from "../state/description.js";
import { explainUpdate, isPlainSgd } from "../state/update.js";

/**
 * What the last step did to one weight: a sentence, and the sum in numbers. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Optimizer} Optimizer
 *
 * @typedef {object} Step
 * @property {number} step  the lane's
 * @property {number} rate  used by that step; NaN if the page doesn't hold it
 * @property {Optimizer} optimizer
 * @property {number} edits  how many weights were changed by hand in this run
 */

const NOTHING = "\u00a0";

/**
 * @param {import("../state/update.js").Exact} numbers
 * @param {Step} made
 * @param {Translator} translator
 * @returns {{sentence: string, sum: string}}
 */
export function explanation(numbers, { step, rate, optimizer, edits }, translator) {
  const { kind, after, edited } = explainUpdate(numbers, optimizer);
  const [gradient, update, before] = [numbers.gradient ?? NaN, numbers.update ?? NaN, numbers.before ?? NaN];
  const isPlain = isPlainSgd(optimizer) && Number.isFinite(rate);
  const product = equation([rate, Math.abs(gradient)], (lr, g) => lr * g, Math.abs(update));
  const [rateShown, magnitude] = product.terms;
  const values = {
    step: translator.format.count(step),
    rate: rateShown,
    gradient: magnitude,
    amount: product.result,
    sign: product.sign,
    optimizer: optimizerName(optimizer, translator),
  };
  // In a thinned history the rate of that step may be missing, and another step's would be a guess.
  const key =
    kind === "initial" ? (edits > 0 ? "initial.edited" : kind) : after !== null && isPlainSgd(optimizer) && !isPlain ? "no_rate" : kind;
  const sentences = [translator.text(`explanation.${key}`, values)];
  if (edited) sentences.push(translator.text("explanation.edited", { weight: exact(numbers.weight) }));
  const sentence = translator.join("sentences", sentences);
  if (after === null) return { sentence, sum: NOTHING };
  const how = digitsOf(after, before, update);
  if (isPlain) {
    const { terms, sign, result } = equation([before, rate, gradient], (w, lr, g) => w - lr * g, after, how);
    return {
      sentence,
      sum: translator.text("inspector.sum", { before: terms[0], rate: terms[1], gradient: inner(terms[2]), sign, after: result }),
    };
  }
  const { terms, sign, result } = equation([before, update], (w, added) => w + added, after, how);
  return { sentence, sum: translator.text("inspector.sum.update", { before: terms[0], update: signed(terms[1]), sign, after: result }) };
}

/**
 * Count the digits that show the change in the weight.
 * @param {number} after
 * @param {number} before
 * @param {number} change
 */
function digitsOf(after, before, change) {
  return { digits: digitsFor(after, change), from: [digitsFor(before, change), DIGITS, DIGITS] };
}
