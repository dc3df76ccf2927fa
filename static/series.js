/**
 * The scalar history of one run, gapless: loss, accuracy and learning rate of every lane at every step, and the test
 * results. Index `step - 1` holds step `step`, so a value can't be drawn at a step that isn't its own.
 *
 * @typedef {import("./protocol.js").ScalarsFrame} ScalarsFrame
 */

/** A scalars frame that doesn't join what is already here: something was lost between. */
export class GapError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "GapError";
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
    /** The last step that is here; 0 before the first. */
    this.steps = 0;
    this.tests = 0;
    this.columns = {
      loss: new Growable(Float32Array),
      accuracy: new Growable(Float32Array),
      learningRate: new Growable(Float64Array),
      testStep: new Growable(Int32Array),
      testLoss: new Growable(Float32Array),
      testAccuracy: new Growable(Float32Array),
    };
  }

  /** @param {ScalarsFrame} frame */
  append(frame) {
    if (frame.firstStep !== this.steps + 1) {
      throw new GapError(`scalars: expected step ${this.steps + 1}, got ${frame.firstStep}`);
    }
    if (this.lanes !== 0 && frame.lanes !== this.lanes) {
      throw new GapError(`scalars: ${frame.lanes} lanes where there were ${this.lanes}`);
    }
    let lastTest = this.tests === 0 ? -1 : this.testStep(this.tests - 1);
    for (const step of frame.testStep) {
      if (step <= lastTest) throw new GapError(`scalars: test result of step ${step} after that of step ${lastTest}`);
      lastTest = step;
    }
    this.lanes = frame.lanes;
    this.steps = frame.lastStep;
    this.tests += frame.testStep.length;
    const { columns } = this;
    columns.loss.append(frame.loss);
    columns.accuracy.append(frame.accuracy);
    columns.learningRate.append(frame.learningRate);
    columns.testStep.append(frame.testStep);
    columns.testLoss.append(frame.testLoss);
    columns.testAccuracy.append(frame.testAccuracy);
  }

  /**
   * @param {"loss" | "accuracy" | "learningRate"} name
   * @param {number} step
   * @param {number} lane
   * @returns {number} not-a-number where the run has no such step
   */
  at(name, step, lane) {
    if (step < 1 || step > this.steps || lane >= this.lanes) return NaN;
    return this.columns[name].data[(step - 1) * this.lanes + lane];
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
    let low = 0;
    let high = this.tests;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.testStep(middle) <= step) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
