import { fieldText, rateText } from "../base/format.js";
import { spreadRates } from "../state/lanes.js";

/** Learning rates: those that are offered, and those that are typed. Pure. */

const DECADES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/**
 * The menu's rates, with the current one sorted among them.
 * @param {number} current
 */
export function rateChoices(current) {
  // One that reads like a decade is that decade.
  return [...DECADES.filter((rate) => rateText(rate) !== rateText(current)), current].sort((a, b) => a - b);
}

/** Neighbours in a series of rates that are further apart than this have room for another between them. */
const WIDE = 3.5;
/** A rate about which something is learned as a rule. */
const USUAL = 0.1;

/**
 * Propose a rate that no lane has: in the middle of the widest gap between the present ones, or beyond them where there is none.
 * It is 1 or 3 times a power of ten.
 * @param {number[]} rates of the lanes; at least one
 */
export function proposedRate(rates) {
  const sorted = [...new Set(rates.map((rate) => Number(fieldText(rate))))].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  let [gap, middle] = [WIDE, 0];
  sorted.forEach((rate, place) => {
    const next = sorted[place + 1];
    if (next === undefined || next / rate <= gap * (1 + 1e-9)) return;
    gap = next / rate;
    middle = Math.sqrt(rate * next);
  });
  const steps = ladder(low / 10, high * 10);
  if (middle > 0)
    return nearest(
      steps.filter((step) => step > low && step < high && !sorted.includes(step)),
      middle,
    );
  const [below, above] = [steps.findLast((step) => step < low) ?? low / 3, steps.find((step) => step > high) ?? 3 * high];
  return nearest([above, below], USUAL);
}

/**
 * Propose a range to spread rates over, such that at least one of them is new.
 * @param {number[]} rates of the lanes; at least one
 * @param {number} most lanes
 */
export function proposedSpread(rates, most) {
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const isNarrow = high / low < WIDE;
  const range = isNarrow ? { low: ladder(low / 10, low)[0], high: ladder(high, 10 * high).at(-1) ?? 10 * high } : { low, high };
  const isNew = (/** @type {number} */ count) => spreadRates(range.low, range.high, count).some((rate) => !rates.includes(rate));
  let count = Math.max(3, rates.length);
  while (count < most && !isNew(count)) count += 1;
  return { ...range, count };
}

/**
 * The numbers 1, 3, 10, 30 … from `low` to `high`, written without float64's noise.
 * @param {number} low
 * @param {number} high
 */
function ladder(low, high) {
  const steps = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.log10(high) + 1; power += 1) {
    for (const digit of [1, 3]) steps.push(Number(`${digit}e${power}`));
  }
  // A bound that is itself such a number may have been computed.
  return steps.filter((step) => step >= low * (1 - 1e-9) && step <= high * (1 + 1e-9));
}

/**
 * The nearest by its ratio; of two that are equally near, the last.
 * @param {number[]} choices
 * @param {number} wanted
 */
function nearest(choices, wanted) {
  const distance = (/** @type {number} */ rate) => Math.abs(Math.log(rate / wanted));
  return choices.reduce((best, rate) => (distance(rate) <= distance(best) + 1e-9 ? rate : best));
}

/**
 * Read a typed rate: with a decimal point or comma, or with the full-width digits of a Chinese keyboard.
 * @param {string} typed
 * @returns {number} NaN if it is not a number, or if a comma could separate thousands
 */
export function parseRate(typed) {
  const text = typed.normalize("NFKC").trim();
  if (text === "" || /[1-9]\d*,\d{3}$/.test(text)) return NaN;
  return Number(text.replace(",", "."));
}
