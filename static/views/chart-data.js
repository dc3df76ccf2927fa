/**
 * From the scalar history to the points of the chart: pure, and without knowing how they are drawn.
 *
 * Long histories are thinned by taking means over whole stretches of steps, each drawn at the middle of its stretch, so
 * time stays straight. How long a stretch is, is printed beside the chart.
 *
 * @typedef {import("../series.js").Series} Series
 * @typedef {"loss" | "accuracy"} Measure
 * @typedef {(number | null | undefined)[]} Column null is a gap; undefined only means that others have a point there
 *
 * @typedef {object} ChartData
 * @property {number} stretch      steps to a point
 * @property {number[]} x
 * @property {Column[]} batch      one a lane
 * @property {Column[]} test       one a lane
 */

const ROUND_STRETCHES = [1, 2, 5];
const TEST = /** @type {const} */ ({ loss: "testLoss", accuracy: "testAccuracy" });

/**
 * The shortest round stretch that leaves no more points than wanted. Round, so that points keep their place as the run grows.
 * @param {number} steps
 * @param {number} most points
 */
export function stretchFor(steps, most) {
  for (let decade = 1; ; decade *= 10) {
    const fitting = ROUND_STRETCHES.find((stretch) => steps <= stretch * decade * most);
    if (fitting) return fitting * decade;
  }
}

/**
 * @param {Series} series
 * @param {Measure} measure
 * @param {number} most points of a line
 * @returns {ChartData}
 */
export function chartData(series, measure, most) {
  const stretch = stretchFor(series.steps, most);
  const { lanes } = series;
  /** @type {ChartData} */
  const data = {
    stretch,
    x: [],
    batch: Array.from({ length: lanes }, () => []),
    test: Array.from({ length: lanes }, () => []),
  };
  let test = 0;
  /** @param {number} before the next point of the lines */
  const takeTests = (before) => {
    while (test < series.tests && series.testStep(test) < before) {
      data.x.push(series.testStep(test));
      for (let lane = 0; lane < lanes; lane += 1) {
        data.batch[lane].push(undefined);
        data.test[lane].push(finiteOrGap(series.testAt(TEST[measure], test, lane)));
      }
      test += 1;
    }
  };
  // A stretch that isn't over yet has no mean to show: its point would twitch with every step.
  for (let first = 1; first + stretch - 1 <= series.steps; first += stretch) {
    const last = first + stretch - 1;
    const middle = (first + last) / 2;
    takeTests(middle);
    const together = test < series.tests && series.testStep(test) === middle;
    data.x.push(middle);
    for (let lane = 0; lane < lanes; lane += 1) {
      data.batch[lane].push(mean(series, measure, lane, first, last));
      data.test[lane].push(together ? finiteOrGap(series.testAt(TEST[measure], test, lane)) : undefined);
    }
    if (together) test += 1;
  }
  takeTests(Infinity);
  return data;
}

/**
 * @param {Series} series
 * @param {Measure} measure
 * @param {number} lane
 * @param {number} first
 * @param {number} last
 */
function mean(series, measure, lane, first, last) {
  let sum = 0;
  for (let step = first; step <= last; step += 1) sum += series.at(measure, step, lane);
  return finiteOrGap(sum / (last - first + 1));
}

/** @param {number} value */
function finiteOrGap(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * The range of the loss axis. Its lower end is the least of all lanes; its upper end is of those that have a say: a lane
 * that shoots up before it diverges would press all others flat, and leaves the picture at the top instead.
 * @param {ChartData} data
 * @param {number[]} lanes that have a say
 * @param {"linear" | "log"} scale
 * @returns {[number, number]}
 */
export function lossRange(data, lanes, scale) {
  let low = Infinity;
  let high = 0;
  for (const lane of data.batch.keys()) {
    for (const value of [...data.batch[lane], ...data.test[lane]]) {
      if (typeof value !== "number" || value <= 0) continue;
      low = Math.min(low, value);
      if (lanes.includes(lane)) high = Math.max(high, value);
    }
  }
  if (high === 0) return scale === "log" ? [0.1, 10] : [0, 3];
  return scale === "log" ? [low / 1.3, high * 1.3] : [0, high * 1.08];
}

/**
 * Marks for a logarithmic axis that stay readable also within one decade.
 * @param {number} low above 0
 * @param {number} high
 */
export function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : decades > 0.5 ? [1, 2, 3, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const ticks = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade += 1) {
    for (const step of steps) {
      const tick = Number(`${step}e${decade}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * Moves labels apart that would lie on each other.
 * @param {number[]} wanted positions
 * @param {number} apart the least distance
 * @param {number} low
 * @param {number} high
 * @returns {number[]} in the order of `wanted`
 */
export function spread(wanted, apart, low, high) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  const placed = [...wanted];
  let floor = low;
  for (const index of order) {
    placed[index] = Math.max(placed[index], floor);
    floor = placed[index] + apart;
  }
  let ceiling = high;
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index], ceiling);
    ceiling = placed[index] - apart;
  }
  return placed;
}
