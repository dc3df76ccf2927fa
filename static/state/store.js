import { Listeners } from "../base/listeners.js";
import { keyOf } from "../stream/interest.js";
import { GapError, Series } from "../stream/series.js";

/**
 * What the page knows: the description of the experiment, its audience, the newest snapshot, the scalar history of the current run.
 * Views read it and are notified by topic when it changes; only the connection writes to it, and the playhead to show an earlier
 * snapshot.
 *
 * @typedef {import("../base/types.js").Audience} Audience
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../stream/protocol.js").KernelFrame} KernelFrame
 * @typedef {import("../stream/protocol.js").Message} Message
 * @typedef {import("../stream/protocol.js").ScalarsFrame} ScalarsFrame
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * The result of a study: docs/protocol.md has the payload of each.
 * @typedef {object} Found
 * @property {"found"} type
 * @property {Subject} subject
 * @property {number} run
 * @property {number | null} step
 * @property {Record<string, unknown>} payload
 *
 * @typedef {import("../stream/interest.js").Subject} Subject
 *
 * A finding about a subject: the members of the subject and of the payload, with the run and step it belongs to.
 * @typedef {Record<string, any> & {kind: string, run: number, step: number | null}} Finding
 *
 * What a listener listens to; for a finding, the kind of its subject.
 * @typedef {"experiment" | "audience" | "scalars" | "snapshot" | "shown" | "run" | (string & {})} Topic
 */

export class Store {
  constructor() {
    /** @type {Experiment | null} */
    this.experiment = null;
    /** @type {Audience | null} */
    this.audience = null;
    /** @type {SnapshotFrame | null} */
    this.snapshot = null;
    /** Exact numbers that came with this snapshot. @type {KernelFrame[]} */
    this.kernels = [];
    /** An earlier snapshot of the same run, shown in place of the newest. @type {SnapshotFrame | null} */
    this.past = null;
    this.series = new Series();
    /** The last finding about each wanted subject, of whatever run. @type {Map<string, Finding>} */
    this.findings = new Map();
    /** The last finding of each kind. @type {Map<string, Finding>} */
    this.newest = new Map();
    /** How often scalars didn't join the history since the page was opened: steps were missing, or came twice. */
    this.gaps = 0;
    this.duplicates = 0;
    /** The missing steps, until they have been fetched. @type {{firstStep: number, lastStep: number} | null} */
    this.missing = null;
    this.firstOfSession = true;
    /** @type {Map<Topic, Listeners>} */
    this.listeners = new Map();
  }

  /**
   * @param {Topic} topic
   * @param {() => void} listener
   */
  on(topic, listener) {
    const listeners = this.listeners.get(topic) ?? new Listeners();
    this.listeners.set(topic, listeners);
    listeners.add(listener);
  }

  /** The snapshot on screen: the newest, or an earlier one. */
  get shown() {
    return this.past ?? this.snapshot;
  }

  /** The earlier step that is shown; null: the newest is. */
  get pastStep() {
    return this.past?.step ?? null;
  }

  /** What the server must know to continue the history. @returns {Record<string, number>} empty if there is none yet */
  get held() {
    const { run, lastStep, counted } = this.series;
    return lastStep > 0 || counted.tests > 0 ? { run, step: lastStep, ...counted } : {};
  }

  /** @param {SnapshotFrame | null} past null: the newest, and every new one */
  show(past) {
    if (past === this.past) return;
    this.past = past;
    this.#tell("shown");
  }

  /** Drop a history that has become too long: the next connection brings it thinned. */
  forgetSeries() {
    this.#begin(new Series(this.series.run));
  }

  /** Start a new connection; the data stays. */
  beginSession() {
    this.firstOfSession = true;
  }

  /** @param {Experiment} experiment */
  applyExperiment(experiment) {
    this.experiment = experiment;
    // A restarted server may count its runs from the beginning; otherwise they only go up.
    if (this.firstOfSession && experiment.run < this.series.run) this.#begin(new Series(experiment.run));
    this.firstOfSession = false;
    this.#enterRun(experiment.run);
    this.#tell("experiment");
  }

  /** @param {Audience} audience */
  applyAudience(audience) {
    this.audience = audience;
    this.#tell("audience");
  }

  /** @param {Found} found */
  applyFound({ subject, run, step, payload }) {
    const finding = { ...subject, ...payload, run, step };
    this.findings.set(keyOf(subject), finding);
    this.newest.set(subject.kind, finding);
    this.#tell(subject.kind);
  }

  /**
   * The finding about a subject; until there is one, the newest of its kind, about another subject.
   * @param {string} kind
   * @param {Subject} [subject]
   * @returns {any} a `Finding`, whose payload only its study knows; null: there is none
   */
  finding(kind, subject) {
    return (subject && this.findings.get(keyOf(subject))) ?? this.newest.get(kind) ?? null;
  }

  /** Forget the findings about all other subjects. @param {Subject[]} subjects those that are wanted */
  keep(subjects) {
    const wanted = new Set(subjects.map(keyOf));
    for (const key of this.findings.keys()) if (!wanted.has(key)) this.findings.delete(key);
  }

  /**
   * @param {Message} message
   * @throws {GapError} if the scalars don't join the history
   */
  applyMessage({ scalars, kernels, snapshot }) {
    for (const frame of scalars) this.#applyScalars(frame);
    if (!snapshot || snapshot.run < this.series.run) return;
    this.#enterRun(snapshot.run);
    if (snapshot.step > this.series.lastStep) {
      const missing = { firstStep: this.series.lastStep + 1, lastStep: snapshot.step };
      throw this.#counted(new GapError(`snapshot: of step ${snapshot.step}, ahead of its scalars`, missing));
    }
    this.snapshot = snapshot;
    this.kernels = kernels;
    this.#tell("snapshot");
  }

  /** @param {ScalarsFrame} frame */
  #applyScalars(frame) {
    if (frame.run < this.series.run) return;
    this.#enterRun(frame.run);
    try {
      this.series.append(frame);
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      this.#counted(error);
      // The server starts over although it was told what is here, so this history is another one.
      if (frame.firstStep === 1) this.#begin(new Series(frame.run));
      throw error;
    }
    this.missing = null;
    this.#tell("scalars");
  }

  /** @param {GapError} error */
  #counted(error) {
    if (error.missing) this.gaps += 1;
    else this.duplicates += 1;
    this.missing = error.missing;
    return error;
  }

  /** @param {number} run */
  #enterRun(run) {
    if (run > this.series.run) this.#begin(new Series(run));
  }

  /** @param {Series} series */
  #begin(series) {
    this.series = series;
    this.missing = null;
    this.#tell("run");
  }

  /** @param {Topic} topic */
  #tell(topic) {
    this.listeners.get(topic)?.tell();
  }
}
