import { find, write } from "../dom.js";
import { FrameMeter } from "../meter.js";

/**
 * The quiet line: where the training is, how fast it goes, and how much of it is shown.
 *
 * @typedef {import("../connection.js").ConnectionState} ConnectionState
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../types.js").Experiment} Experiment
 */

export class Status {
  /** @param {Translator} translator */
  constructor(translator) {
    this.translator = translator;
    this.root = find(document, "#status", HTMLElement);
    this.state = find(document, "#status-state", HTMLElement);
    this.step = find(document, "#status-step", HTMLElement);
    this.epoch = find(document, "#status-epoch", HTMLElement);
    this.speed = find(document, "#status-speed", HTMLElement);
    this.frames = find(document, "#status-frames", HTMLElement);
    this.every = find(document, "#status-every", HTMLElement);
    this.meter = new FrameMeter();
  }

  /**
   * @param {SnapshotFrame} snapshot that has just been drawn
   * @param {number} now
   */
  painted(snapshot, now) {
    this.meter.record(now, snapshot.step);
    this.step.dataset.step = String(snapshot.step);
    write(this.step, this.translator.format.count(snapshot.step));
  }

  /**
   * @param {Experiment | null} experiment
   * @param {SnapshotFrame | null} snapshot
   * @param {ConnectionState} connection
   */
  update(experiment, snapshot, connection) {
    const { format } = this.translator;
    const state = connection === "open" && experiment ? experiment.status : connection === "open" ? "connecting" : connection;
    this.root.dataset.state = state;
    write(this.state, this.translator.text(`state.${state}`));
    const epochs = snapshot && experiment ? snapshot.imagesSeen / experiment.dataset.train_size : null;
    write(this.epoch, epochs === null ? "–" : format.epoch(epochs));
    const running = state === "running";
    const measured = running ? this.meter.read() : null;
    write(this.speed, running && snapshot?.stepsPerSecond ? format.count(snapshot.stepsPerSecond) : "–");
    write(this.frames, measured ? format.count(measured.framesPerSecond) : "–");
    write(this.every, measured ? this.#shown(measured.stepsPerFrame) : "");
  }

  /** @param {number} steps to a frame, on average */
  #shown(steps) {
    const { format } = this.translator;
    if (steps < 1.05) return this.translator.text("status.shown.every");
    return this.translator.text("status.shown.share", { n: format.few(steps) });
  }
}
