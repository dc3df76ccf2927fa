import { runningMedian } from "./measures.js";

/**
 * From the scalar history to the points of the chart: pure, and without knowing how they are drawn.
 *
 * Long histories are drawn by stretches of steps. One of which every step is held is drawn as its mean, at its middle, so
 * time stays straight. One that came thinned has no mean: of it the least and the greatest values are drawn as they are, at
 * their own steps, so no spike is lost. How long a stretch is, is printed beside the chart.
 *
 * @typedef {import("../series.js").Series} Series
 * @typedef {import("./measures.js").Measure} Measure
 * @typedef {(number | null | undefined)[]} Column null is a gap; undefined only means that others have a point there
 *
 * @typedef {object} ChartData
 * @property {number} stretch      steps to a point
 * @property {number[]} x
 * @property {Column[]} batch      one a lane: the line
 * @property {Column[]} smooth     one a lane: its running mean, in front of it
 * @property {Column[]} test       one a lane: the points
 */

const ROUND_STRETCHES = [1, 2, 5];

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
   * @param {number} window steps of the running mean; 1: none
   */
  constructor(series, measure, stretch, window) {
    this.series = series;
    this.measure = measure;
    this.stretch = stretch;
    this.window = window;
    /** @type {number[]} */
    this.x = [];
    /** @type {Column[]} */
    this.values = [];
    /** @type {Column[]} */
    this.smooth = [];
    /** What the line is the median of. @type {Column[]} */
    this.singles = [];
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
    const { source } = this.measure;
    const [rows, lastStep] = [source.length(series), source.lastStep(series)];
    for (const columns of [this.values, this.smooth, this.singles]) while (columns.length < series.lanes) columns.push([]);
    while (this.nextStep + stretch - 1 <= lastStep) {
      const first = this.nextRow;
      this.nextStep += stretch;
      while (this.nextRow < rows && source.stepOf(series, this.nextRow) < this.nextStep) this.nextRow += 1;
      if (this.nextRow - first === stretch && !this.measure.singles) this.#addMean(first);
      else this.#addExtremes(first);
    }
    return this.x.length > points;
  }

  /** @param {number} first row */
  #addMean(first) {
    const { series, stretch, measure } = this;
    const place = series.stepOf(first) + (stretch - 1) / 2;
    this.x.push(place);
    for (let lane = 0; lane < series.lanes; lane += 1) {
      let sum = 0;
      for (let row = first; row < this.nextRow; row += 1) sum += measure.value(series, row, lane);
      this.values[lane].push(finiteOrGap(sum / stretch));
      this.#addRunningMean(Math.floor(place), lane);
    }
  }

  /**
   * Of the steps up to this one. None where one of them has no row: what was kept of a thinned history are extremes.
   * @param {number} step
   * @param {number} lane
   */
  #addRunningMean(step, lane) {
    const { series, measure } = this;
    if (this.window === 1) return;
    const steps = Math.min(this.window, step);
    const last = series.rowBefore(step);
    const first = last - steps + 1;
    if (first < 0 || series.stepOf(first) !== step - steps + 1) {
      this.smooth[lane].push(undefined);
      return;
    }
    let sum = 0;
    for (let row = first; row <= last; row += 1) sum += measure.value(series, row, lane);
    this.smooth[lane].push(finiteOrGap(sum / steps));
  }

  /** @param {number} first row */
  #addExtremes(first) {
    const { series, measure } = this;
    const { lanes } = series;
    /** @type {Set<number>} */
    const chosen = new Set();
    for (let lane = 0; lane < lanes; lane += 1) {
      let least = -1;
      let greatest = -1;
      for (let row = first; row < this.nextRow; row += 1) {
        const value = measure.value(series, row, lane);
        if (!Number.isFinite(value) && !(measure.singles && value === Infinity)) continue;
        if (least < 0 || value < measure.value(series, least, lane)) least = row;
        if (greatest < 0 || value > measure.value(series, greatest, lane)) greatest = row;
      }
      if (least >= 0) chosen.add(least).add(greatest);
    }
    for (const row of [...chosen].sort((a, b) => a - b)) {
      this.x.push(measure.source.stepOf(series, row));
      for (let lane = 0; lane < lanes; lane += 1) {
        const value = measure.value(series, row, lane);
        if (measure.singles) {
          this.singles[lane].push(Number.isNaN(value) ? null : value);
          const median = runningMedian(series, row, lane);
          this.values[lane].push(Number.isNaN(median) ? null : median);
        } else {
          this.values[lane].push(finiteOrGap(value));
          if (this.window > 1) this.smooth[lane].push(undefined);
        }
      }
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
   * @param {number} [window] steps of the running mean; 1: none
   * @returns {ChartData} the very same as before where there is nothing new
   */
  collect(series, measure, window = 1) {
    const stretch = stretchFor(series.lastStep, this.most);
    let { lines } = this;
    const fits = lines?.series === series && lines.measure === measure && lines.stretch === stretch && lines.window === window;
    if (!lines || !fits) {
      lines = this.lines = new Lines(series, measure, stretch, window);
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
function withTests({ series, measure, stretch, x, values, smooth, singles }) {
  const { lanes } = series;
  if (measure.singles) return { stretch, x: [...x], batch: values, smooth: [], test: singles };
  const tests = measure.test ? series.tests : 0;
  const smoothed = smooth.some((column) => column.length > 0);
  /** @type {ChartData} */
  const data = {
    stretch,
    x: [],
    batch: Array.from({ length: lanes }, () => []),
    smooth: smoothed ? Array.from({ length: lanes }, () => []) : [],
    test: Array.from({ length: lanes }, () => []),
  };
  let point = 0;
  let test = 0;
  while (point < x.length || test < tests) {
    const place = x[point] ?? Infinity;
    const testStep = test < tests ? series.testStep(test) : Infinity;
    data.x.push(Math.min(place, testStep));
    for (let lane = 0; lane < lanes; lane += 1) {
      data.batch[lane].push(place <= testStep ? values[lane][point] : undefined);
      if (smoothed) data.smooth[lane].push(place <= testStep ? smooth[lane][point] : undefined);
      const isTest = testStep <= place ? measure.test : null;
      data.test[lane].push(isTest ? finiteOrGap(series.testAt(isTest, test, lane)) : undefined);
    }
    if (place <= testStep) point += 1;
    if (testStep <= place) test += 1;
  }
  return data;
}

/** @param {number} value */
function finiteOrGap(value) {
  return Number.isFinite(value) ? value : null;
}
