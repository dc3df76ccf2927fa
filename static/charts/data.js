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
 *
 * A lane's points, each at its own step: other lanes have theirs at others. A mean lies in the middle of its stretch; null is a gap,
 * where the value is not finite.
 * @typedef {{steps: number[], values: (number | null)[]}} Curve
 *
 * @typedef {object} ChartData
 * @property {number} stretch      steps represented by their least and greatest value
 * @property {number} window       steps of the running mean; 1: none
 * @property {number} lastStep     of all points; 0: there are none
 * @property {Curve[]} lines       one a lane
 * @property {Curve[]} means       one a lane: its line's running mean, in front of it; none without a window
 * @property {Curve[]} points      one a lane: test results, or the values of which the line is the running median
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
 * The points of all lanes. A complete stretch never changes, so a longer history only adds points.
 */
class Curves {
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
    this.latest = [];
    /** Whether these means go back to the first step. */
    this.fromStart = true;
    /** @type {Curve[]} */
    this.lines = [];
    /** @type {Curve[]} */
    this.means = [];
    /** @type {Curve[]} */
    this.points = [];
    this.nextStep = 1;
    this.nextRow = 0;
    this.nextTest = 0;
  }

  /**
   * Add the complete stretches, because an incomplete one would twitch with every step, and the test results.
   * @returns {boolean} whether there were any
   */
  extend() {
    const { series, stretch, reach } = this;
    const { source } = this.measure;
    const [rows, lastStep, begun] = [source.length(series), source.lastStep(series), this.nextRow];
    for (const curves of reach > 0 ? [this.lines, this.means, this.points] : [this.lines, this.points]) {
      while (curves.length < series.lanes) curves.push({ steps: [], values: [] });
    }
    while (this.nextStep + stretch - 1 <= lastStep) {
      const first = this.nextRow;
      this.nextStep += stretch;
      while (this.nextRow < rows && source.stepOf(series, this.nextRow) < this.nextStep) this.nextRow += 1;
      for (let lane = 0; lane < series.lanes; lane += 1) this.#addExtremes(first, lane);
      if (reach > 0) this.#addRunningMean(first);
    }
    return this.#addTests() || this.nextRow > begun;
  }

  /**
   * Add a lane's extremes, and its first value that is not finite.
   * @param {number} first row of the stretch
   * @param {number} lane
   */
  #addExtremes(first, lane) {
    const { series, measure } = this;
    const { singles } = measure;
    let [least, greatest, broken, low, high] = [-1, -1, -1, Infinity, -Infinity];
    for (let row = first; row < this.nextRow; row += 1) {
      const value = measure.value(series, row, lane);
      if (!Number.isFinite(value) && !(singles && value === Infinity)) {
        if (broken < 0 && !singles) broken = row;
        continue;
      }
      if (least < 0 || value < low) [least, low] = [row, value];
      if (greatest < 0 || value > high) [greatest, high] = [row, value];
    }
    const [line, points] = [this.lines[lane], this.points[lane]];
    let last = -1;
    for (const row of [least, greatest, broken].sort((one, other) => one - other)) {
      if (row <= last) continue; // there is none, or it is the same
      last = row;
      const step = measure.source.stepOf(series, row);
      line.steps.push(step);
      line.values.push(singles ? runningMedian(series, row, lane) : finiteOrGap(measure.value(series, row, lane)));
      if (!singles) continue;
      points.steps.push(step);
      points.values.push(measure.value(series, row, lane));
    }
  }

  /**
   * Add the mean of a stretch and those before it, in the middle of the stretch. At the beginning of a run there are fewer; where
   * steps are missing there is none, because a thinned history keeps only extremes.
   * @param {number} first row of the stretch
   */
  #addRunningMean(first) {
    const { series, measure, stretch, latest, means } = this;
    if (this.nextRow - first < stretch) {
      latest.length = 0;
      this.fromStart = false;
      return;
    }
    latest.push(
      Array.from({ length: series.lanes }, (_, lane) => {
        let sum = 0;
        for (let row = first; row < this.nextRow; row += 1) sum += measure.value(series, row, lane);
        return sum / stretch;
      }),
    );
    if (latest.length > this.reach) latest.shift();
    if (latest.length < this.reach && !this.fromStart) return;
    means.forEach(({ steps, values }, lane) => {
      steps.push(series.stepOf(first) + (stretch - 1) / 2);
      values.push(finiteOrGap(latest.reduce((sum, mean) => sum + mean[lane], 0) / latest.length));
    });
  }

  /** @returns {boolean} whether there were new ones */
  #addTests() {
    const { series, measure, points, nextTest } = this;
    const { test } = measure;
    if (!test || measure.singles) return false;
    for (; this.nextTest < series.tests; this.nextTest += 1) {
      points.forEach(({ steps, values }, lane) => {
        steps.push(series.testStep(this.nextTest));
        values.push(finiteOrGap(series.testAt(test, this.nextTest, lane)));
      });
    }
    return this.nextTest > nextTest;
  }
}

/** The chart's points, which keep those that a longer history leaves unchanged. */
export class ChartPoints {
  /** @param {number} most stretches of a line */
  constructor(most) {
    this.most = most;
    /** @type {Curves | null} */
    this.curves = null;
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
    let { curves } = this;
    const fits = curves?.series === series && curves.measure === measure && curves.stretch === stretch && curves.window === window;
    if (!curves || !fits) {
      curves = this.curves = new Curves(series, measure, stretch, window);
      this.data = null;
    }
    if (curves.extend() || !this.data) {
      const { reach, lines, means, points } = curves;
      const lastStep = Math.max(0, ...[...lines, ...points].map(({ steps }) => steps.at(-1) ?? 0));
      this.data = { stretch, window: Math.max(1, reach * stretch), lastStep, lines, means, points };
    }
    return this.data;
  }
}

/**
 * Put curves into one table, on the steps of all of them; undefined: this one has no point there.
 * @param {Curve[]} curves
 * @returns {[number[], ...(number | null | undefined)[][]]}
 */
export function tableOf(curves) {
  const all = [...new Set(curves.flatMap(({ steps }) => steps))].sort((one, other) => one - other);
  const columns = curves.map(({ steps, values }) => {
    let point = 0;
    return all.map((step) => (steps[point] === step ? values[point++] : undefined));
  });
  return [all, ...columns];
}

/** @param {number} value */
function finiteOrGap(value) {
  return Number.isFinite(value) ? value : null;
}
