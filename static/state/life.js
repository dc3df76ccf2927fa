/**
 * The steps of a weight's life, and what it was at one of them. Pure.
 *
 * The same weight in every lane over the run.
 * @typedef {object} Life
 * @property {number} run
 * @property {number} step
 * @property {import("../base/types.js").Weight} weight
 * @property {Record<string, {steps: number[], values: number[], gradients: (number | null)[]}>} lanes
 *
 * What a lane's weight was.
 * @typedef {object} Moment
 * @property {number | null} value     null: this lane has not kept the step
 * @property {number | null} gradient  null: it has none, as at its random start
 * @property {number | null} change    since the step kept before
 * @property {number} since            that step
 */

/**
 * All that any lane has kept, rising.
 * @param {Life} life
 */
export function keptSteps({ lanes }) {
  const steps = new Set(Object.values(lanes).flatMap((lane) => lane.steps));
  return [...steps].sort((one, other) => one - other);
}

/**
 * How many steps lie between two that are kept, where they lie densest: those before a restart may lie farther apart.
 * @param {number[]} steps rising
 */
export function distance(steps) {
  return Math.min(...steps.slice(1).map((step, place) => step - steps[place]), Infinity);
}

/**
 * The place of the last step that is at most this one; 0 where there is none.
 * @param {number[]} steps rising
 * @param {number} step
 */
export function placeOf(steps, step) {
  return Math.max(
    0,
    steps.findLastIndex((kept) => kept <= step),
  );
}

/**
 * The place of the step that is nearest to a point between them; 0 where there is none.
 * @param {number[]} steps rising
 * @param {number} at
 */
export function nearestPlace(steps, at) {
  const place = placeOf(steps, at);
  const next = steps[place + 1];
  return next !== undefined && next - at < at - steps[place] ? place + 1 : place;
}

/**
 * @param {Life["lanes"][string]} lane
 * @param {number} step
 * @returns {Moment}
 */
export function momentAt({ steps, values, gradients }, step) {
  const place = steps.indexOf(step);
  if (place < 0) return { value: null, gradient: null, change: null, since: step };
  if (place === 0) return { value: values[0], gradient: null, change: null, since: step };
  return { value: values[place], gradient: gradients[place], change: values[place] - values[place - 1], since: steps[place - 1] };
}
