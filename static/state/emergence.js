/**
 * What filters became over the run, as the study `emergence` found it. Pure.
 *
 * @typedef {import("../stream/packed.js").Packed} Packed
 *
 * A filter became something, or ceased to be it.
 * @typedef {object} Event
 * @property {number} step   the first one after which it was so
 * @property {number} since  the measured step before, after which it was not
 * @property {string} layer
 * @property {number} out
 * @property {"oriented" | "opponent" | "selective" | "dead"} what
 * @property {boolean} begins
 * @property {number} value  of what is selective: the index of the class
 *
 * @typedef {object} Emergence
 * @property {number} run
 * @property {number} step
 * @property {string} lane
 * @property {string} layer
 * @property {number} out
 * @property {number} lane_step
 * @property {number[]} steps     after which the weights were measured, rising
 * @property {number[]} measured  after which the responses were measured
 * @property {Record<string, Packed>} weights    [step]
 * @property {Record<string, Packed>} responses  [step], or [step, class]
 * @property {Record<string, Packed>} layer_now  [out]
 * @property {Event[]} events      the newest ones
 * @property {number} all_events
 * @property {Record<string, Record<string, [number, number]>>} rules  for each measure where it begins, and below what it ends
 */

/**
 * A curve as the path of an SVG, in a box of 1 × 1 with the origin at the top left; it is broken where a value is not a number.
 * @param {number[]} steps rising
 * @param {ArrayLike<number>} values
 * @param {[number, number]} range of values, from the bottom to the top
 * @param {number} last the step at the right edge
 */
export function pathOf(steps, values, [low, high], last) {
  let isDown = false;
  const parts = steps.map((step, place) => {
    const value = values[place];
    if (!Number.isFinite(value)) {
      isDown = false;
      return "";
    }
    const y = 1 - (Math.min(high, Math.max(low, value)) - low) / (high - low);
    const part = `${isDown ? "L" : "M"}${round(last > 0 ? step / last : 1)} ${round(y)}`;
    isDown = true;
    return part;
  });
  return parts.join("");
}

/**
 * The steps at which something happened, each once, with how many events there are.
 * @param {Event[]} events in the order of steps
 */
export function eventSteps(events) {
  /** @type {Map<number, Event[]>} */
  const found = new Map();
  for (const event of events) found.set(event.step, [...(found.get(event.step) ?? []), event]);
  return [...found].map(([step, some]) => ({ step, events: some }));
}

/** @param {number} value */
const round = (value) => Math.round(value * 1e4) / 1e4 + 0;
