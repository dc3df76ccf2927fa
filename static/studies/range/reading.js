/**
 * What to draw of a learning-rate range test, and which lanes it suggests. Pure.
 *
 * @typedef {import("../../base/types.js").LaneConfig} LaneConfig
 *
 * A learning-rate range test.
 * @typedef {object} RangeTest
 * @property {number} run
 * @property {string} lane
 * @property {"running" | "done" | "cancelled"} status
 * @property {number} progress  0 to 1
 * @property {number[]} rates
 * @property {(number | null)[]} losses
 * @property {(number | null)[]} smoothed
 * @property {number[]} accuracies
 * @property {number[]} smoothed_accuracies
 * @property {"diverged" | "collapsed" | "worse" | "swept" | null} end
 * @property {number | null} steepest
 * @property {number | null} lowest
 * @property {number | null} diverges
 * @property {{small: number, good: number, large: number} | null} lanes
 */

/** The range of a whole sweep, so that the axis is fixed while the curve grows. */
const SWEEP = /** @type {const} */ ([1e-5, 10]);
/** Height of the picture, in units of the initial loss, which is that of guessing. */
const HEIGHT = 1.5;
const SUPERSCRIPTS = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

/**
 * @param {RangeTest | null} test
 * @param {{rate: number, value: number}[]} points of lanes
 * @param {"accuracy" | "loss"} measure
 * @param {number} guessed the loss of guessing
 * @returns {{x: [number, number], y: [number, number]}}
 */
export function rangeAxes(test, points, measure, guessed) {
  const rates = [...(test?.rates ?? []), ...points.map(({ rate }) => rate)];
  const first = test?.losses.find((loss) => loss !== null) ?? guessed;
  return {
    x: [Math.min(SWEEP[0], ...rates), Math.max(SWEEP[1], ...rates)],
    y: measure === "accuracy" ? [0, 1] : [0, first * HEIGHT],
  };
}

/**
 * Losses to draw: those infinite or too large for a canvas leave the picture at the top.
 * @param {(number | null)[]} losses
 * @param {number} high
 */
export function drawnUpTo(losses, high) {
  const far = high * 1e3;
  return losses.map((loss) => Math.min(loss ?? far, far));
}

/** Whole powers of ten between two rates. @param {number} low @param {number} high */
export function decades(low, high) {
  const places = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power += 1) {
    places.push(Number(`1e${power}`));
  }
  return places;
}

/** A whole power of ten: 10⁻⁴, 0.01, 10. @param {number} rate */
export function decadeText(rate) {
  const power = Math.round(Math.log10(rate));
  if (Math.abs(power) < 3) return String(rate);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `10${power < 0 ? "⁻" : ""}${digits}`;
}

/** The three rates to compare, rounded. @param {RangeTest} test */
export function suggestedRates({ lanes }) {
  if (!lanes) return null;
  return [lanes.small, lanes.good, lanes.large].map((rate) => Number(rate.toPrecision(2)));
}

/**
 * Put the lane whose optimizer was swept first, because new lanes are modelled on the first.
 * @param {LaneConfig[]} lanes
 * @param {string} id
 * @returns {LaneConfig[] | null} null: it is gone
 */
export function testedFirst(lanes, id) {
  const tested = lanes.find((lane) => lane.id === id);
  return tested ? [tested, ...lanes.filter((lane) => lane !== tested)] : null;
}
