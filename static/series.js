/**
 * The scalar history of one run, gapless: loss, accuracy and learning rate of every lane, and the test results. Each row
 * stands at its true step. Mostly that is every step; of a history that came thinned it is the steps worth keeping.
 *
 * @typedef {import("./protocol.js").ScalarsFrame} ScalarsFrame
 *
 * Steps that came in one go: a row for each of them, or thinned.
 * @typedef {{firstStep: number, row: number, thinned: boolean}} Part
 */

/** A scalars frame that doesn't join what is already here: something was lost between, or came twice. */
export class GapError extends Error {
  /**
   * @param {string} message
   * @param {{firstStep: number, lastStep: number} | null} [missing] the steps between, where some are missing
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

export class Series {
  /** @param {number} [run] */
  constructor(run = 0) {
    this.run = run;
    this.lanes = 0;
    /** 0 before the first. */
    this.lastStep = 0;
    this.tests = 0;
    /** @type {Part[]} */
    this.parts = [];
    this.columns = {
      step: new Growable(Int32Array),
      loss: new Growable(Float32Array),
      accuracy: new Growable(Float32Array),
      learningRate: new Growable(Float64Array),
      testStep: new Growable(Int32Array),
      testLoss: new Growable(Float32Array),
      testAccuracy: new Growable(Float32Array),
    };
  }

  /**
   * All of a frame or, where it doesn't join, nothing of it.
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
    let lastTest = this.tests === 0 ? -1 : this.testStep(this.tests - 1);
    for (const step of frame.testStep) {
      if (step <= lastTest) throw new GapError(`scalars: test result of step ${step} after that of step ${lastTest}`);
      lastTest = step;
    }
    const { columns, parts } = this;
    const thinned = frame.stretch > 1;
    // Steps that all have their row are one part, however many frames they came in.
    const continues = frame.step.length === 0 || (!thinned && parts.at(-1)?.thinned === false);
    if (!continues) parts.push({ firstStep: next, row: this.rows, thinned });
    this.lanes = frame.lanes;
    this.lastStep = frame.lastStep;
    this.tests += frame.testStep.length;
    columns.step.append(frame.step);
    columns.loss.append(frame.loss);
    columns.accuracy.append(frame.accuracy);
    columns.learningRate.append(frame.learningRate);
    columns.testStep.append(frame.testStep);
    columns.testLoss.append(frame.testLoss);
    columns.testAccuracy.append(frame.testAccuracy);
  }

  get rows() {
    return this.columns.step.length;
  }

  /** Up to which step the history came thinned, and to how many rows; null where every step has its row. */
  get thinned() {
    const part = this.parts.findLastIndex(({ thinned }) => thinned);
    if (part < 0) return null;
    const next = this.parts[part + 1];
    return { rows: next?.row ?? this.rows, lastStep: (next?.firstStep ?? this.lastStep + 1) - 1 };
  }

  /**
   * The row of the last step up to this one that has a row; -1 where there is none.
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
   * @param {"loss" | "accuracy" | "learningRate"} name
   * @param {number} step
   * @param {number} lane
   * @returns {number} not-a-number where this step has no row
   */
  at(name, step, lane) {
    const row = this.rowBefore(step);
    if (row < 0 || this.stepOf(row) !== step || lane >= this.lanes) return NaN;
    return this.columns[name].data[row * this.lanes + lane];
  }

  /** @param {number} test */
  testStep(test) {
    return this.columns.testStep.data[test];
  }

  /**
   * @param {"testLoss" | "testAccuracy"} name
   * @param {number} test
   * @param {number} lane
   * @returns {number} not-a-number where the run has no such test
   */
  testAt(name, test, lane) {
    if (test < 0 || test >= this.tests || lane >= this.lanes) return NaN;
    return this.columns[name].data[test * this.lanes + lane];
  }

  /**
   * The last test whose step is at most `step`; -1 where there is none.
   * @param {number} step
   */
  testBefore(step) {
    return countUpTo(this.columns.testStep.data, 0, this.tests, step) - 1;
  }
}

/**
 * The first place from `low` to `high` behind all that are at most `limit`, in rising numbers.
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
