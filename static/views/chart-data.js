/**
 * From the scalar history to the points of the chart: pure, and without knowing how they are drawn.
 *
 * Long histories are drawn by stretches of steps. One of which every step is held is drawn as its mean, at its middle, so
 * time stays straight. One that came thinned has no mean: of it the least and the greatest values are drawn as they are, at
 * their own steps, so no spike is lost. How long a stretch is, is printed beside the chart.
 *
 * @typedef {import("../series.js").Series} Series
 * @typedef {import("../types.js").Lane} Lane
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
 * The points of the mini-batch lines. A stretch that is over never changes, so a longer history only adds to them.
 */
class Lines {
  /**
   * @param {Series} series
   * @param {Measure} measure
   * @param {number} stretch
   */
  constructor(series, measure, stretch) {
    this.series = series;
    this.measure = measure;
    this.stretch = stretch;
    /** @type {number[]} */
    this.x = [];
    /** @type {Column[]} */
    this.values = [];
    this.nextStep = 1;
    this.nextRow = 0;
  }

  /**
   * Takes in the stretches that are over. Of one that isn't, the mean would twitch with every step.
   * @returns {boolean} whether there were any
   */
  extend() {
    const { series, stretch } = this;
    const points = this.x.length;
    while (this.values.length < series.lanes) this.values.push([]);
    while (this.nextStep + stretch - 1 <= series.lastStep) {
      const first = this.nextRow;
      this.nextStep += stretch;
      while (this.nextRow < series.rows && series.stepOf(this.nextRow) < this.nextStep) this.nextRow += 1;
      if (this.nextRow - first === stretch) this.#addMean(first);
      else this.#addExtremes(first);
    }
    return this.x.length > points;
  }

  /** @param {number} first row */
  #addMean(first) {
    const { series, stretch } = this;
    const { lanes } = series;
    const { data } = series.columns[this.measure];
    this.x.push(series.stepOf(first) + (stretch - 1) / 2);
    for (let lane = 0; lane < lanes; lane += 1) {
      let sum = 0;
      for (let row = first; row < this.nextRow; row += 1) sum += data[row * lanes + lane];
      this.values[lane].push(finiteOrGap(sum / stretch));
    }
  }

  /** @param {number} first row */
  #addExtremes(first) {
    const { series } = this;
    const { lanes } = series;
    const { data } = series.columns[this.measure];
    /** @type {Set<number>} */
    const chosen = new Set();
    for (let lane = 0; lane < lanes; lane += 1) {
      let least = -1;
      let greatest = -1;
      for (let row = first; row < this.nextRow; row += 1) {
        const value = data[row * lanes + lane];
        if (!Number.isFinite(value)) continue;
        if (least < 0 || value < data[least * lanes + lane]) least = row;
        if (greatest < 0 || value > data[greatest * lanes + lane]) greatest = row;
      }
      if (least >= 0) chosen.add(least).add(greatest);
    }
    for (const row of [...chosen].sort((a, b) => a - b)) {
      this.x.push(series.stepOf(row));
      for (let lane = 0; lane < lanes; lane += 1) this.values[lane].push(finiteOrGap(data[row * lanes + lane]));
    }
  }
}

/** The chart's points, with those kept that a longer history leaves as they are. */
export class ChartPoints {
  /** @param {number} most stretches of a line */
  constructor(most) {
    this.most = most;
    /** @type {Lines | null} */
    this.lines = null;
    /** How many test results are among the points collected last. */
    this.tests = 0;
    /** @type {ChartData | null} */
    this.data = null;
  }

  /**
   * @param {Series} series
   * @param {Measure} measure
   * @returns {ChartData} the very same as before where there is nothing new
   */
  collect(series, measure) {
    const stretch = stretchFor(series.lastStep, this.most);
    let { lines } = this;
    if (lines?.series !== series || lines.measure !== measure || lines.stretch !== stretch) {
      lines = this.lines = new Lines(series, measure, stretch);
      this.data = null;
    }
    if (lines.extend() || this.tests !== series.tests || !this.data) {
      this.tests = series.tests;
      this.data = withTests(lines);
    }
    return this.data;
  }
}

/**
 * Lines and test results in one table, as the chart wants them. Results come late, so their places are found each time.
 * @param {Lines} lines
 * @returns {ChartData}
 */
function withTests({ series, measure, stretch, x, values }) {
  const { lanes } = series;
  /** @type {ChartData} */
  const data = {
    stretch,
    x: [],
    batch: Array.from({ length: lanes }, () => []),
    test: Array.from({ length: lanes }, () => []),
  };
  let point = 0;
  let test = 0;
  while (point < x.length || test < series.tests) {
    const place = x[point] ?? Infinity;
    const testStep = test < series.tests ? series.testStep(test) : Infinity;
    data.x.push(Math.min(place, testStep));
    for (let lane = 0; lane < lanes; lane += 1) {
      data.batch[lane].push(place <= testStep ? values[lane][point] : undefined);
      data.test[lane].push(testStep <= place ? finiteOrGap(series.testAt(TEST[measure], test, lane)) : undefined);
    }
    if (place <= testStep) point += 1;
    if (testStep <= place) test += 1;
  }
  return data;
}

/**
 * The lanes that have a say in the range of an axis: those still training; all, where none is.
 * @param {Lane[]} lanes
 */
export function votingLanes(lanes) {
  const all = lanes.map((_, index) => index);
  const training = all.filter((index) => lanes[index].status === "training");
  return training.length > 0 ? training : all;
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
    const hasSay = lanes.includes(lane);
    for (const column of [data.batch[lane], data.test[lane]]) {
      for (const value of column) {
        if (typeof value !== "number" || value <= 0) continue;
        if (value < low) low = value;
        if (hasSay && value > high) high = value;
      }
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
