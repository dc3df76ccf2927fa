import { GapError, Series } from "./series.js";

/**
 * What the page knows: the description of the experiment, the newest snapshot, the scalar history of the current run.
 * Views read it and are told by topic when it has changed; nothing but the connection writes to it.
 *
 * @typedef {import("./types.js").Experiment} Experiment
 * @typedef {import("./protocol.js").ScalarsFrame} ScalarsFrame
 * @typedef {import("./protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {"experiment" | "scalars" | "snapshot" | "run"} Topic
 */

export class Store {
  constructor() {
    /** @type {Experiment | null} */
    this.experiment = null;
    /** @type {SnapshotFrame | null} */
    this.snapshot = null;
    this.series = new Series();
    /** @type {Map<Topic, Set<() => void>>} */
    this.listeners = new Map();
  }

  /**
   * @param {Topic} topic
   * @param {() => void} listener
   */
  on(topic, listener) {
    const listeners = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, listeners.add(listener));
  }

  /**
   * A new connection: the server sends the run's history anew, and a server that was started anew may count its runs
   * from the beginning. The last picture stays until the next one comes.
   */
  beginSession() {
    this.series = new Series();
  }

  /** @param {Experiment} experiment */
  applyExperiment(experiment) {
    this.experiment = experiment;
    this.#enterRun(experiment.run);
    this.#tell("experiment");
  }

  /**
   * @param {ScalarsFrame} frame
   * @throws {GapError} where steps are missing
   */
  applyScalars(frame) {
    if (frame.run < this.series.run) return;
    this.#enterRun(frame.run);
    this.series.append(frame);
    this.#tell("scalars");
  }

  /**
   * @param {SnapshotFrame} frame
   * @returns {boolean} whether there is something new to draw
   * @throws {GapError} where it is ahead of its scalars
   */
  applySnapshot(frame) {
    if (frame.run < this.series.run) return false;
    this.#enterRun(frame.run);
    if (frame.step > this.series.steps) {
      throw new GapError(`snapshot: of step ${frame.step}, with scalars up to step ${this.series.steps} only`);
    }
    this.snapshot = frame;
    this.#tell("snapshot");
    return true;
  }

  /** @param {number} run */
  #enterRun(run) {
    if (run <= this.series.run) return;
    this.series = new Series(run);
    this.#tell("run");
  }

  /** @param {Topic} topic */
  #tell(topic) {
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }
}
