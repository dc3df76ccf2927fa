import { Listeners } from "../base/listeners.js";
import { keyOf } from "../stream/interest.js";
import { GapError, Series } from "../stream/series.js";

/**
 * What the page knows: the description of the experiment, who watches it, the newest snapshot, the scalar history of
 * the current run. Views read it and are told by topic when it has changed; nothing but the connection writes to it, and the playhead
 * where an earlier snapshot is to be shown.
 *
 * @typedef {import("../base/types.js").Audience} Audience
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../stream/protocol.js").KernelFrame} KernelFrame
 * @typedef {import("../stream/protocol.js").Message} Message
 * @typedef {import("../stream/protocol.js").ScalarsFrame} ScalarsFrame
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * What a study has found: docs/protocol.md has the payload of each.
 * @typedef {object} Found
 * @property {"found"} type
 * @property {Subject} subject
 * @property {number} run
 * @property {number | null} step
 * @property {Record<string, unknown>} payload
 *
 * @typedef {import("../stream/interest.js").Subject} Subject
 *
 * What was found of a subject: the members of both, the run and the step that it is of.
 * @typedef {Record<string, any> & {kind: string, run: number, step: number | null}} Finding
 *
 * Of something that was found, the kind of its subject.
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
    /** Exact numbers that came with this very snapshot. @type {KernelFrame | null} */
    this.kernel = null;
    /** What is shown in place of the newest, of the same run. @type {SnapshotFrame | null} */
    this.past = null;
    this.series = new Series();
    /** What was found last of each subject that is wanted, whatever run it is of. @type {Map<string, Finding>} */
    this.findings = new Map();
    /** And of each kind. @type {Map<string, Finding>} */
    this.newest = new Map();
    /** How often scalars didn't join, since the page was opened: steps were missing, or came again. */
    this.gaps = 0;
    this.duplicates = 0;
    /** The steps that are missing until they have been fetched. @type {{firstStep: number, lastStep: number} | null} */
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

  /** The snapshot on the screen: the newest, or an earlier one. */
  get shown() {
    return this.past ?? this.snapshot;
  }

  /** An earlier step that is shown; null: the newest is. */
  get pastStep() {
    return this.past?.step ?? null;
  }

  /** What a server that is asked to go on must know. @returns {Record<string, number>} nothing where nothing is here */
  get held() {
    const { run, lastStep, counted } = this.series;
    return lastStep > 0 || counted.tests > 0 ? { run, step: lastStep, ...counted } : {};
  }

  /** @param {SnapshotFrame | null} past null: the newest, and with it all that come */
  show(past) {
    if (past === this.past) return;
    this.past = past;
    this.#tell("shown");
  }

  /** What has become too much to hold: the next connection brings it thinned. */
  forgetSeries() {
    this.#begin(new Series(this.series.run));
  }

  /** A new connection begins; what is here stays. */
  beginSession() {
    this.firstOfSession = true;
  }

  /** @param {Experiment} experiment */
  applyExperiment(experiment) {
    this.experiment = experiment;
    // A server that was started anew may count its runs from the beginning; one that goes on only counts upwards.
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
   * What was found of a subject; until there is something, the newest of its kind, which is of another one.
   * @param {string} kind
   * @param {Subject} [subject]
   * @returns {any} a `Finding`, whose members only its study knows; null: there is none
   */
  finding(kind, subject) {
    return (subject && this.findings.get(keyOf(subject))) ?? this.newest.get(kind) ?? null;
  }

  /** Forgets what was found of others. @param {Subject[]} subjects those that are wanted */
  keep(subjects) {
    const wanted = new Set(subjects.map(keyOf));
    for (const key of this.findings.keys()) if (!wanted.has(key)) this.findings.delete(key);
  }

  /**
   * @param {Message} message
   * @throws {GapError} where it doesn't join what is here
   */
  applyMessage({ scalars, kernel, snapshot }) {
    for (const frame of scalars) this.#applyScalars(frame);
    if (!snapshot || snapshot.run < this.series.run) return;
    this.#enterRun(snapshot.run);
    if (snapshot.step > this.series.lastStep) {
      const missing = { firstStep: this.series.lastStep + 1, lastStep: snapshot.step };
      throw this.#counted(new GapError(`snapshot: of step ${snapshot.step}, ahead of its scalars`, missing));
    }
    this.snapshot = snapshot;
    this.kernel = kernel;
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
      // The server begins anew although it was told what is here: what is here can't be of the same history.
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
