import { runningMedian } from "./measures.js";

/**
 * From the scalar history to the points of a chart, however they are drawn. Pure.
 *
 * Long histories are drawn by stretches of steps: from each, every lane's least and greatest value at their own steps, so that every
 * point was measured and no spike is lost. The running mean covers whole stretches. A line through the least and the greatest value
 * of each passes through its mean, and a mean of neighbours swings less than they do, so a smoothed line is never rougher than the
 * raw one. The length of a stretch is printed beside the chart.
 *
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("./measures.js").Measure} Measure
 * @typedef {(number | null | undefined)[]} Column null is a gap, where the value is not finite; undefined means that only others have
 * a point there
 *
 * @typedef {object} ChartData
 * @property {number} stretch      steps represented by their least and greatest value
 * @property {number} window       steps of the running mean; 1: none
 * @property {number[]} x
 * @property {Column[]} batch      one a lane: the line
 * @property {Column[]} smooth     one a lane: its running mean, in front of it
 * @property {Column[]} test       one a lane: the points
 */

const ROUND_STRETCHES = [1, 2, 5];

/**
 * The shortest round stretch that leaves at most `most` points; round, so that points keep their places as the run grows.
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
 * The points of the mini-batch lines. A complete stretch never changes, so a longer history only adds points.
 */
class Lines {
  /**
   * @param {Series} series
   * @param {Measure} measure
   * @param {number} stretch
   * @param {number} window steps of the running mean, at least; 1: none
   */
  constructor(series, measure, stretch, window) {
    this.series = series;
    this.measure = measure;
    this.stretch = stretch;
    this.window = window;
    /** Stretches that the running mean covers; 0: none. */
    this.reach = window > 1 && !measure.singles ? Math.ceil(window / stretch) : 0;
    /** Means of the latest complete stretches, one per lane, with no gap between them. @type {number[][]} */
    this.means = [];
    /** Whether these means go back to the first step. */
    this.fromStart = true;
    /** @type {number[]} */
    this.x = [];
    /** @type {Column[]} */
    this.values = [];
    /** @type {Column[]} */
    this.smooth = [];
    /** The values of which the line is the running median. @type {Column[]} */
    this.singles = [];
    this.nextStep = 1;
    this.nextRow = 0;
  }

  /**
   * Add the complete stretches. An incomplete one would twitch with every step.
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
      this.#addExtremes(first);
      if (this.reach > 0) this.#addRunningMean(first);
    }
    return this.x.length > points;
  }

  /**
   * Add each lane's extremes, and its first value that is not finite.
   * @param {number} first row
   */
  #addExtremes(first) {
    const { series, measure } = this;
    const { singles } = measure;
    const rowsOf = (/** @type {number} */ lane) => {
      let [least, greatest, broken] = [-1, -1, -1];
      for (let row = first; row < this.nextRow; row += 1) {
        const value = measure.value(series, row, lane);
        if (!Number.isFinite(value) && !(singles && value === Infinity)) {
          if (broken < 0 && !singles) broken = row;
          continue;
        }
        if (least < 0 || value < measure.value(series, least, lane)) least = row;
        if (greatest < 0 || value > measure.value(series, greatest, lane)) greatest = row;
      }
      return new Set([least, greatest, broken].filter((row) => row >= 0));
    };
    const chosen = Array.from({ length: series.lanes }, (_, lane) => rowsOf(lane));
    const rows = new Set(chosen.flatMap((own) => [...own]));
    for (const row of [...rows].sort((one, other) => one - other)) {
      this.x.push(measure.source.stepOf(series, row));
      chosen.forEach((own, lane) => {
        const value = own.has(row) ? measure.value(series, row, lane) : undefined;
        if (singles) this.singles[lane].push(value);
        if (this.reach > 0) this.smooth[lane].push(undefined);
        if (value === undefined) this.values[lane].push(undefined);
        else this.values[lane].push(singles ? runningMedian(series, row, lane) : finiteOrGap(value));
      });
    }
  }

  /**
   * Add the mean of a stretch and those before it, in the middle of the stretch. At the beginning of a run there are fewer; where
   * steps are missing there is none, because a thinned history keeps only extremes.
   * @param {number} first row of the stretch
   */
  #addRunningMean(first) {
    const { series, measure, stretch, means, smooth } = this;
    if (this.nextRow - first < stretch) {
      means.length = 0;
      this.fromStart = false;
      return;
    }
    means.push(
      Array.from({ length: series.lanes }, (_, lane) => {
        let sum = 0;
        for (let row = first; row < this.nextRow; row += 1) sum += measure.value(series, row, lane);
        return sum / stretch;
      }),
    );
    if (means.length > this.reach) means.shift();
    if (means.length < this.reach && !this.fromStart) return;
    const point = this.#pointAt(series.stepOf(first) + (stretch - 1) / 2);
    for (let lane = 0; lane < series.lanes; lane += 1) {
      smooth[lane][point] = finiteOrGap(means.reduce((sum, mean) => sum + mean[lane], 0) / means.length);
    }
  }

  /**
   * Find or make the point at a place in the newest stretch.
   * @param {number} place
   */
  #pointAt(place) {
    const before = this.x.findLastIndex((one) => one <= place);
    if (this.x[before] === place) return before;
    this.x.splice(before + 1, 0, place);
    for (const column of [...this.values, ...this.smooth]) column.splice(before + 1, 0, undefined);
    return before + 1;
  }
}

/** The chart's points, which keep those that a longer history leaves unchanged. */
export class ChartPoints {
  /** @param {number} most stretches of a line */
  constructor(most) {
    this.most = most;
    /** @type {Lines | null} */
    this.lines = null;
    /** How many test results the last collected points include. */
    this.tests = 0;
    /** @type {ChartData | null} */
    this.data = null;
  }

  /**
   * @param {Series} series
   * @param {Measure} measure
   * @param {number} [window] steps of the running mean, at least; 1: none
   * @returns {ChartData} the same object as before if there is nothing new
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
 * Merge lines and test results into one table for the chart. Results come late, so their places are found each time.
 * @param {Lines} lines
 * @returns {ChartData}
 */
function withTests({ series, measure, stretch, reach, x, values, smooth, singles }) {
  const { lanes } = series;
  const window = Math.max(1, reach * stretch);
  if (measure.singles) return { stretch, window, x: [...x], batch: values, smooth: [], test: singles };
  const tests = measure.test ? series.tests : 0;
  const smoothed = smooth.some((column) => column.length > 0);
  /** @type {ChartData} */
  const data = {
    stretch,
    window,
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
