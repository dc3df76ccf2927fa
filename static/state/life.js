/**
 * The kept steps of a weight's life, and its value at one of them. Pure.
 *
 * The same weight in every lane over the run.
 * @typedef {object} Life
 * @property {number} run
 * @property {number} step
 * @property {import("../base/types.js").Weight} weight
 * @property {Record<string, {steps: number[], values: number[], gradients: (number | null)[]}>} lanes
 *
 * A lane's weight at one step.
 * @typedef {object} Moment
 * @property {number | null} value     null: this lane has not kept this step
 * @property {number | null} gradient  null: there is none, as at the random start
 * @property {number | null} change    since the previous kept step
 * @property {number} since            that step
 */

/**
 * All steps that any lane has kept, ascending.
 * @param {Life} life
 */
export function keptSteps({ lanes }) {
  const steps = new Set(Object.values(lanes).flatMap((lane) => lane.steps));
  return [...steps].sort((one, other) => one - other);
}

/**
 * The smallest distance between two kept steps: those before a restart may lie farther apart.
 * @param {number[]} steps rising
 */
export function distance(steps) {
  return Math.min(...steps.slice(1).map((step, place) => step - steps[place]), Infinity);
}

/**
 * The index of the last kept step that is at most `step`; 0 if there is none.
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
 * The index of the kept step nearest to a point between steps; 0 if there is none.
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
