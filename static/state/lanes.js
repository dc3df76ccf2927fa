/**
 * Changed lanes, in the form that `set_lanes` takes, from the present ones. Pure.
 *
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {LaneConfig & {copy_of?: string}} WantedLane
 */

export const MOST_LANES = 8;
/** As many as a rate is shown with. */
const MOST_DIGITS = 6;

/**
 * Find the first letter that no lane has.
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
 * Add a lane that starts from the initial weights, with the last lane's settings but another rate.
 * @param {LaneConfig[]} lanes
 * @param {number} rate
 * @returns {WantedLane[]}
 */
export function withNew(lanes, rate) {
  const last = lanes[lanes.length - 1];
  return [...lanes, { ...last, id: freeId(lanes), name: "", learning_rate: rate }];
}

/**
 * Put a copy of a lane beside it, with the same weights and the same history.
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
 * Move a lane some places to the right (below 0: to the left), at most to the end.
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
 * @param {LaneConfig} changed takes the place of the lane with its id
 * @returns {WantedLane[]}
 */
export function replaced(lanes, changed) {
  return lanes.map((lane) => (lane.id === changed.id ? changed : lane));
}

/**
 * Make one lane for each rate, otherwise with the first lane's settings.
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
 * Spread rates evenly on a logarithmic scale; those between the ends have two significant digits, or as many as tell them apart.
 * @param {number} low
 * @param {number} high
 * @param {number} count at least 1; a single one is the lowest
 */
export function spreadRates(low, high, count) {
  for (let digits = 2; ; digits += 1) {
    const rates = Array.from({ length: count }, (_, place) => {
      if (place === 0) return low;
      return place === count - 1 ? high : Number((low * (high / low) ** (place / (count - 1))).toPrecision(digits));
    });
    if (low === high || digits === MOST_DIGITS || rates.every((rate, place) => place === 0 || rate > rates[place - 1])) return rates;
  }
}

/** What a lane can't change while it trains: another optimizer has another state, another beginning another past. @type {(keyof LaneConfig)[]} */
const STRUCTURE = ["optimizer", "init", "activation", "batch"];

/**
 * The layers of a lane, which may have activations of its own.
 * @param {import("../base/types.js").Experiment} experiment
 * @param {string | undefined} lane its id
 */
export function layersOf({ layers, lanes }, lane) {
  return lanes.find(({ id }) => id === lane)?.layers ?? layers;
}

/**
 * How many images of each batch a lane sees.
 * @param {import("../base/types.js").Config} config
 * @param {string | undefined} lane its id
 */
export function batchOf({ batch_size: all, lanes }, lane) {
  return lanes.find(({ id }) => id === lane)?.batch ?? all;
}

/**
 * Whether the lane would start over and catch up.
 * @param {LaneConfig} before
 * @param {LaneConfig} after
 */
export function beginsAnew(before, after) {
  const text = (/** @type {unknown} */ value) => JSON.stringify(value && typeof value === "object" ? Object.entries(value).sort() : value);
  return STRUCTURE.some((member) => text(before[member]) !== text(after[member]));
}
