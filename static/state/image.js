import { Listeners } from "../base/listeners.js";
import { unpack } from "../stream/packed.js";

/**
 * The one test image that the whole page is about: every prediction, response and traced pass is this image's.
 *
 * @typedef {import("../stream/interest.js").Interest} Interest
 * @typedef {import("./store.js").Store} Store
 *
 * An image: [channel, row, col], from 0 to 1, and the index of its class.
 * @typedef {{index: number, label: number, shape: number[], pixels: Float32Array}} Known
 */

export class ShownImage {
  /**
   * @param {Store} store
   * @param {Interest} interest
   * @param {(...needs: string[]) => boolean} can what the source of the numbers is able to do
   */
  constructor(store, interest, can) {
    this.store = store;
    this.interest = interest;
    this.can = can;
    /** The index in the test set. */
    this.index = 0;
    /** Its pixels and label; those of the image before it until they have come. @type {Known | null} */
    this.known = null;
    this.listeners = new Listeners();
    this.arrivals = new Listeners();
    store.on("experiment", () => this.#ask());
    store.on("image", () => this.#arrived());
  }

  /** @param {() => void} listener called when another image is chosen */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {() => void} listener called when the chosen image's pixels and label have come */
  onArrival(listener) {
    this.arrivals.add(listener);
  }

  /** The number of test images; 0 as long as it isn't known. */
  get count() {
    return this.store.experiment?.dataset.test_size ?? 0;
  }

  /** Whether the source tells images, and what its lanes make of them; not before it has said so. */
  get isOffered() {
    return this.store.experiment !== null && this.can("image", "predictions");
  }

  /** The index of the image's class; null: not known yet. */
  get label() {
    return this.known?.index === this.index ? this.known.label : null;
  }

  /** @param {number} index */
  show(index) {
    if (index === this.index) return;
    this.index = index;
    this.#ask();
    this.listeners.tell();
  }

  /** Show the image that comes so many places later; after the last comes the first. @param {number} by */
  turn(by) {
    const { count } = this;
    if (count > 0) this.show((this.index + by + count) % count);
  }

  /** Show any other image. @param {number} [chance] from 0 up to, but not including, 1 */
  showAny(chance = Math.random()) {
    if (this.count > 1) this.turn(1 + Math.floor(chance * (this.count - 1)));
  }

  /** Ask for the image and its predictions, if there is anybody to ask. */
  #ask() {
    const { index, isOffered } = this;
    this.interest.lookAt(isOffered ? index : null);
    this.interest.want("image", { subjects: isOffered ? [{ kind: "image", image: index }] : [] });
  }

  #arrived() {
    const { image: index, label, pixels } = this.store.finding("image");
    // Another image has been chosen meanwhile: its answer is on the way. This one may come again, with each run.
    if (index !== this.index || this.known?.index === index) return;
    this.known = { index, label, shape: pixels.shape, pixels: unpack(pixels) };
    this.arrivals.tell();
  }
}
