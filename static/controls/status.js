import { READABLE_MS } from "../base/loop.js";
import { completeness } from "../state/completeness.js";
import { find, write } from "../base/dom.js";
import { renewal } from "../state/renewal.js";
import { FrameMeter, MedianMeter } from "../stream/meter.js";

/**
 * The status line: how far training is, how fast, how much of it is shown, with what latency, and whether anything is missing. Every
 * number is a measurement; where nothing has been measured there is a dash.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/session.js").Session} Session
 * @typedef {import("../state/store.js").Store} Store
 */

const NOTHING = "–";
/** The interval at which the line is rewritten even if nothing arrives, which is a measurement too. */
const SILENCE_MS = 1000;

export class Status {
  /** @param {Translator} translator */
  constructor(translator) {
    this.translator = translator;
    this.root = find(document, "#status", HTMLElement);
    this.state = find(document, "#status-state", HTMLElement);
    this.step = find(document, "#status-step", HTMLElement);
    this.epoch = find(document, "#status-epoch", HTMLElement);
    this.images = find(document, "#status-images", HTMLElement);
    this.speed = find(document, "#status-speed", HTMLElement);
    this.frames = find(document, "#status-frames", HTMLElement);
    this.every = find(document, "#status-every", HTMLElement);
    this.bytes = find(document, "#status-bytes", HTMLElement);
    this.latency = find(document, "#status-latency", HTMLElement);
    this.complete = find(document, "#status-complete", HTMLElement);
    this.viewers = find(document, "#status-viewers", HTMLElement);
    this.frameMeter = new FrameMeter();
    this.latencyMeter = new MedianMeter();
    /** The step of the newest snapshot processed. @type {number | null} */
    this.newest = null;
    /** The state of the connection, and since when. */
    this.lost = { state: "", since: new Date() };
  }

  /** Forget the measurements: those of another run, or from before a pause, no longer hold. */
  clear() {
    this.frameMeter.clear();
    this.latencyMeter.clear();
  }

  /**
   * @param {SnapshotFrame} snapshot that has just been drawn
   * @param {number} now
   * @param {number | null} latency milliseconds since its weights were copied
   */
  painted(snapshot, now, latency) {
    this.frameMeter.record(now, snapshot.step);
    if (latency !== null) this.latencyMeter.record(now, latency);
    this.reached(snapshot.step);
  }

  /** @param {number} step of a snapshot that has come, drawn or not */
  reached(step) {
    this.newest = step;
    // An attribute that no style asks for costs nothing; the text is written when it can be read.
    this.step.dataset.step = String(step);
  }

  /**
   * @param {Store} store
   * @param {Session} session
   */
  update(store, session) {
    const { format } = this.translator;
    const { experiment, snapshot } = store;
    const open = session.state === "open";
    const state = open ? (experiment?.status ?? "connecting") : session.state;
    this.root.dataset.state = state;
    write(this.state, this.#since(state));
    write(this.step, this.newest === null ? NOTHING : format.count(this.newest));
    const epochs = snapshot && experiment ? snapshot.imagesSeen / experiment.dataset.train_size : null;
    write(this.epoch, epochs === null ? NOTHING : format.epoch(epochs));
    write(this.images, snapshot ? format.count(snapshot.imagesSeen) : NOTHING);

    const now = performance.now();
    const running = state === "running";
    const frames = running ? this.frameMeter.read(now) : null;
    const bytes = running ? session.received.read(now) : null;
    const latency = running ? this.latencyMeter.read(now) : null;
    write(this.speed, (running && perSecond(snapshot?.stepsPerSecond ?? null, format)) || NOTHING);
    write(this.frames, perSecond(frames?.framesPerSecond ?? null, format) || NOTHING);
    write(this.every, frames ? this.#shown(frames.stepsPerFrame) : NOTHING);
    write(this.bytes, bytes === null ? NOTHING : perSecond(bytes / 1000, format));
    write(this.latency, latency === null ? NOTHING : perSecond(latency, format));
    const viewers = open ? store.audience?.viewers : undefined;
    write(this.viewers, viewers === undefined ? NOTHING : format.count(viewers));
    this.#account(store);
  }

  /**
   * The state of a lost connection with the time since when, because the screen is as old as that.
   * @param {string} state
   */
  #since(state) {
    const text = this.translator.text(`state.${state}`);
    if (state !== "reconnecting" && state !== "closed") {
      this.lost.state = "";
      return text;
    }
    if (this.lost.state === "") this.lost = { state, since: new Date() };
    return this.translator.text("state.since", { state: text, time: this.translator.format.time(this.lost.since) });
  }

  /** @param {number} steps per frame, on average */
  #shown(steps) {
    const { format } = this.translator;
    if (steps < 1.05) return this.translator.text("status.shown.every");
    return this.translator.text("status.shown.share", { n: format.few(steps) });
  }

  /** @param {Store} store */
  #account(store) {
    const { kind, first, last, values } = completeness(store);
    const { dataset } = this.complete;
    dataset.complete = String(kind !== "missing");
    dataset.first = String(first);
    dataset.last = String(last);
    dataset.rows = String(store.series.rows);
    dataset.gaps = String(store.gaps);
    dataset.duplicates = String(store.duplicates);
    const { translator } = this;
    const written = Object.fromEntries(Object.entries(values).map(([name, count]) => [name, translator.format.count(count)]));
    write(this.complete, translator.text(`status.complete.${kind}`, written));
    const explained = [translator.text("status.complete.title")];
    if (kind === "thinned") explained.push(translator.text("status.complete.thinned.title", written));
    this.complete.title = translator.join("remarks", explained);
  }
}

/**
 * Write slow rates with two digits, fast ones as whole numbers.
 * @param {number | null} rate
 * @param {import("../base/format.js").NumberFormats} format
 */
function perSecond(rate, format) {
  if (rate === null) return "";
  return rate < 9.5 ? format.few(rate) : format.count(rate);
}

/** @param {import("../page/page.js").Page} page */
export function joinStatus(page) {
  const { store, session, loop } = page;
  const status = new Status(page.translator);
  const numbers = loop.task(() => status.update(store, session), { interval: READABLE_MS });
  const renew = renewal(store, session);
  let lastStatus = "";
  /** The snapshot painted last: repainting it is not a new frame. @type {SnapshotFrame | null} */
  let painted = null;
  page.painted.add((snapshot, now) => {
    if (store.past) {
      status.reached(snapshot.step);
    } else if (snapshot !== painted) {
      painted = snapshot;
      status.painted(snapshot, now, session.clock.since(snapshot.time));
    }
  });
  store.on("experiment", () => {
    const { status: now = "" } = store.experiment ?? {};
    // Measurements from before a pause no longer hold.
    if (now !== lastStatus) status.clear();
    lastStatus = now;
    numbers.hurry();
  });
  store.on("run", () => {
    status.clear();
    renew(numbers);
  });
  for (const topic of /** @type {const} */ (["audience", "scalars", "snapshot"])) store.on(topic, () => renew(numbers));
  store.on("shown", () => numbers.hurry());
  page.connection.add(() => numbers.hurry());
  setInterval(() => {
    if (store.experiment?.status === "running") numbers.invalidate();
  }, SILENCE_MS);
}
