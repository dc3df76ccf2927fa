/**
 * Other lanes, as `set_lanes` wants them: pure, from the lanes of now.
 *
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {LaneConfig & {copy_of?: string}} WantedLane
 */

export const MOST_LANES = 8;

/**
 * The first letter that no lane has.
 * @param {LaneConfig[]} lanes
 */
export function freeId(lanes) {
  const taken = new Set(lanes.map(({ id }) => id));
  for (let code = "A".charCodeAt(0); ; code += 1) {
    const id = String.fromCharCode(code);
    if (!taken.has(id)) return id;
  }
}

/**
 * One more, which begins with the initial weights: as the last one, at another rate.
 * @param {LaneConfig[]} lanes
 * @param {number} rate
 * @returns {WantedLane[]}
 */
export function withNew(lanes, rate) {
  const last = lanes[lanes.length - 1];
  return [...lanes, { ...last, id: freeId(lanes), name: "", learning_rate: rate }];
}

/**
 * A copy beside its original, with the same weights and the same history.
 * @param {LaneConfig[]} lanes
 * @param {string} id
 * @returns {WantedLane[]}
 */
export function withCopy(lanes, id) {
  return lanes.flatMap((lane) => (lane.id === id ? [lane, { ...lane, id: freeId(lanes), copy_of: id }] : [lane]));
}

/**
 * @param {LaneConfig[]} lanes
 * @param {string} id
 * @returns {WantedLane[]}
 */
export function without(lanes, id) {
  return lanes.filter((lane) => lane.id !== id);
}

/**
 * A lane some places to the right (or, below 0, to the left), as far as there are any.
 * @param {LaneConfig[]} lanes
 * @param {string} id
 * @param {number} by
 * @returns {WantedLane[]}
 */
export function moved(lanes, id, by) {
  const from = lanes.findIndex((lane) => lane.id === id);
  const to = Math.min(lanes.length - 1, Math.max(0, from + by));
  const others = lanes.filter((lane) => lane.id !== id);
  others.splice(to, 0, lanes[from]);
  return others;
}

/**
 * @param {LaneConfig[]} lanes
 * @param {LaneConfig} changed the one of this id as it is to be
 * @returns {WantedLane[]}
 */
export function replaced(lanes, changed) {
  return lanes.map((lane) => (lane.id === changed.id ? changed : lane));
}

/**
 * As many lanes as rates, all else as the first lane has it.
 * @param {LaneConfig[]} lanes
 * @param {number[]} rates
 * @returns {WantedLane[]}
 */
export function atRates(lanes, rates) {
  return rates.map((rate, place) => ({
    ...lanes[0],
    id: String.fromCharCode("A".charCodeAt(0) + place),
    name: "",
    learning_rate: rate,
  }));
}

/**
 * Rates from the lowest to the highest, evenly on a logarithmic scale; those between with two significant digits.
 * @param {number} low
 * @param {number} high
 * @param {number} count at least 1; of one it is the lowest
 */
export function spreadRates(low, high, count) {
  return Array.from({ length: count }, (_, place) => {
    if (place === 0) return low;
    return place === count - 1 ? high : Number((low * (high / low) ** (place / (count - 1))).toPrecision(2));
  });
}

/**
 * Whether the lane would begin again and catch up: another optimizer has other things to remember.
 * @param {LaneConfig} before
 * @param {LaneConfig} after
 */
export function beginsAnew(before, after) {
  const entries = (/** @type {object} */ value) => JSON.stringify(Object.entries(value).sort());
  return entries(before.optimizer) !== entries(after.optimizer);
}
