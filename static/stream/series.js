import { COLUMNS } from "./scalars.js";

/**
 * The scalar history of one run, without gaps: loss, accuracy, learning rate and norms of every lane, the test results and the
 * observations. Each row has its true step: usually every step; in a thinned history, the steps worth keeping.
 *
 * @typedef {import("./protocol.js").ScalarsFrame} ScalarsFrame
 * @typedef {import("./scalars.js").ColumnName} ColumnName
 *
 * A range of steps, with a row for each of them or thinned.
 * @typedef {{firstStep: number, row: number, thinned: boolean}} Part
 */

/** A scalars frame that doesn't join the history: steps are missing, or came twice. */
export class GapError extends Error {
  /**
   * @param {string} message
   * @param {{firstStep: number, lastStep: number} | null} [missing] the missing steps, if any
   */
  constructor(message, missing = null) {
    super(message);
    this.name = "GapError";
    this.missing = missing;
  }
}

/** A typed array that grows by doubling. */
class Growable {
  /** @param {typeof Float32Array | typeof Float64Array | typeof Int32Array} Elements */
  constructor(Elements) {
    this.Elements = Elements;
    this.data = new Elements(1024);
    this.length = 0;
  }

  /** @param {Float32Array | Float64Array | Int32Array} values */
  append(values) {
    const needed = this.length + values.length;
    if (needed > this.data.length) {
      const grown = new this.Elements(Math.max(needed, 2 * this.data.length));
      grown.set(this.data.subarray(0, this.length));
      this.data = grown;
    }
    this.data.set(values, this.length);
    this.length = needed;
  }
}

const NAMES = /** @type {ColumnName[]} */ (Object.keys(COLUMNS));

export class Series {
  /** @param {number} [run] */
  constructor(run = 0) {
    this.run = run;
    this.lanes = 0;
    /** 0 before the first step. */
    this.lastStep = 0;
    this.tests = 0;
    this.observations = 0;
    /** How many there have been; more than the history holds if it is thinned. */
    this.counted = { tests: 0, observations: 0 };
    /** The filters of all conv layers, whose norms the observations have; 0 before the first, or if there are too many. */
    this.filters = 0;
    /** @type {Part[]} */
    this.parts = [];
    this.columns = /** @type {Record<ColumnName, Growable>} */ (
      Object.fromEntries(NAMES.map((name) => [name, new Growable(COLUMNS[name].elements)]))
    );
  }

  /**
   * Append a frame, or nothing of it if it doesn't join. Throws a GapError.
   * @param {ScalarsFrame} frame
   */
  append(frame) {
    const next = this.lastStep + 1;
    if (frame.firstStep !== next) {
      const missing = frame.firstStep > next ? { firstStep: next, lastStep: frame.firstStep - 1 } : null;
      throw new GapError(`scalars: expected step ${next}, got ${frame.firstStep}`, missing);
    }
    if (this.lanes !== 0 && frame.lanes !== this.lanes) {
      throw new GapError(`scalars: ${frame.lanes} lanes where there were ${this.lanes}`);
    }
    // A step is tested again where a weight was changed by hand: so they are counted, too.
    requireRising("test result", this.tests > 0 ? this.testStep(this.tests - 1) : -1, frame.columns["test.step"], 0);
    const news = frame.tests - this.counted.tests;
    const tests = frame.columns["test.step"].length;
    if (tests > 0 && tests > news) throw new GapError(`scalars: more test results than the ${news} since the last ones`);
    requireRising("observation", this.observations > 0 ? this.observedStep(this.observations - 1) : -1, frame.columns["observed.step"]);
    const observations = frame.columns["observed.step"].length;
    if (observations > 0 && this.observations > 0 && frame.filters !== this.filters) {
      throw new GapError(`scalars: norms of ${frame.filters} filters where there were ${this.filters}`);
    }
    const { columns, parts } = this;
    const thinned = frame.stretch > 1;
    // Steps that all have their row are one part, however many frames they came in.
    const continues = frame.columns.step.length === 0 || (!thinned && parts.at(-1)?.thinned === false);
    if (!continues) parts.push({ firstStep: next, row: this.rows, thinned });
    this.lanes = frame.lanes;
    this.lastStep = frame.lastStep;
    this.tests += tests;
    if (observations > 0) this.filters = frame.filters;
    this.observations += observations;
    this.counted = { tests: frame.tests, observations: frame.observations };
    for (const name of NAMES) columns[name].append(frame.columns[name]);
  }

  get rows() {
    return this.columns.step.length;
  }

  /** The last step of the thinned part and its number of rows; null if every step has a row. */
  get thinned() {
    const part = this.parts.findLastIndex(({ thinned }) => thinned);
    if (part < 0) return null;
    const next = this.parts[part + 1];
    return { rows: next?.row ?? this.rows, lastStep: (next?.firstStep ?? this.lastStep + 1) - 1 };
  }

  /**
   * The row of the last step that has one and is at most `step`; -1 if there is none.
   * @param {number} step
   */
  rowBefore(step) {
    const part = this.parts.findLast(({ firstStep }) => firstStep <= step);
    if (!part) return -1;
    if (!part.thinned) return Math.min(part.row + step - part.firstStep, this.rows - 1);
    return countUpTo(this.columns.step.data, part.row, this.rows, step) - 1;
  }

  /** @param {number} row */
  stepOf(row) {
    return this.columns.step.data[row];
  }

  /**
   * @param {ColumnName} name
   * @param {number} step
   * @param {number} lane
   * @returns {number} NaN if this step has no row
   */
  at(name, step, lane) {
    const row = this.rowBefore(step);
    if (row < 0 || this.stepOf(row) !== step || lane >= this.lanes) return NaN;
    return this.columns[name].data[row * this.lanes + lane];
  }

  /** @param {number} test */
  testStep(test) {
    return this.columns["test.step"].data[test];
  }

  /**
   * @param {"test.loss" | "test.accuracy"} name
   * @param {number} test
   * @param {number} lane
   * @returns {number} NaN if the run has no such test
   */
  testAt(name, test, lane) {
    if (test < 0 || test >= this.tests || lane >= this.lanes) return NaN;
    return this.columns[name].data[test * this.lanes + lane];
  }

  /**
   * The last test whose step is at most `step`; -1 if there is none.
   * @param {number} step
   */
  testBefore(step) {
    return countUpTo(this.columns["test.step"].data, 0, this.tests, step) - 1;
  }

  /** @param {number} observation */
  observedStep(observation) {
    return this.columns["observed.step"].data[observation];
  }

  /**
   * @param {"observed.ratio"} name
   * @param {number} observation
   * @param {number} lane
   * @returns {number} NaN if the run has no such observation
   */
  observedAt(name, observation, lane) {
    if (observation < 0 || observation >= this.observations || lane >= this.lanes) return NaN;
    return this.columns[name].data[observation * this.lanes + lane];
  }

  /**
   * @param {number} observation
   * @param {number} lane
   * @param {number} filter counted through all conv layers
   * @returns {number} ‖W‖ of the filter; NaN if the run has no such observation
   */
  observedNorm(observation, lane, filter) {
    const { filters, lanes } = this;
    if (observation < 0 || observation >= this.observations || lane >= lanes || filter >= filters) return NaN;
    return this.columns["observed.norm"].data[(observation * lanes + lane) * filters + filter];
  }

  /**
   * The last observation whose step is at most `step`; -1 if there is none.
   * @param {number} step
   */
  observedBefore(step) {
    return countUpTo(this.columns["observed.step"].data, 0, this.observations, step) - 1;
  }
}

/**
 * @param {string} what
 * @param {number} last the step of the last one already here; -1: there is none
 * @param {Int32Array} steps
 * @param {number} [least] by which they rise
 */
function requireRising(what, last, steps, least = 1) {
  let before = last;
  for (const step of steps) {
    if (step < before + least) throw new GapError(`scalars: ${what} of step ${step} after that of step ${before}`);
    before = step;
  }
}

/**
 * Find the first index from `low` to `high` whose value exceeds `limit`, by bisection of ascending numbers.
 * @param {ArrayLike<number>} rising
 * @param {number} low
 * @param {number} high
 * @param {number} limit
 */
function countUpTo(rising, low, high, limit) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
