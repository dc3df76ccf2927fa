import { Listeners } from "../base/listeners.js";
import { bufferOf } from "../stream/packed.js";
import { isShownOnRequest } from "./tensors.js";
import { decodeMessage } from "../stream/protocol.js";

/**
 * Which step the page shows: the newest, or an earlier one whose kernels the server is asked for. Training is not affected.
 *
 * @typedef {import("../stream/interest.js").Interest} Interest
 * @typedef {import("./store.js").Store} Store
 */

export class Playhead {
  /**
   * @param {Store} store
   * @param {Interest} interest
   */
  constructor(store, interest) {
    this.store = store;
    this.interest = interest;
    /** The requested step; null: the newest. @type {number | null} */
    this.step = null;
    this.listeners = new Listeners();
    store.on("past", () => this.#arrived());
    store.on("run", () => this.go(null));
  }

  /** @param {() => void} listener called when another step is requested */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {number | null} step null: the newest, and every new one */
  go(step) {
    if (step === this.step) return;
    this.step = step;
    if (step === null) this.store.show(null);
    this.interest.want("playhead", { subjects: step === null ? [] : [(wanted) => this.#subject(step, wanted)] });
    this.listeners.tell();
  }

  /**
   * The subject for an earlier step, with all that is shown now.
   * @param {number} at
   * @param {Parameters<import("../stream/interest.js").SubjectOf>[0]} wanted
   */
  #subject(at, { shown: { quantities, layers }, kernel, image }) {
    const layer = this.store.experiment?.layers.find(({ name }) => name === kernel?.layer);
    const more = layer && isShownOnRequest(layer) && !layers.includes(layer.name) ? [layer.name] : [];
    return { kind: "past", at, shown: { quantities, layers: [...layers, ...more].sort() }, image };
  }

  #arrived() {
    const past = this.store.finding("past");
    // Another step has been requested meanwhile: its answer is on the way.
    if (past.at !== this.step || past.run !== this.store.series.run) return;
    this.store.show(decodeMessage(bufferOf(past.frame)).snapshot);
  }
}
