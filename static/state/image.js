import { Listeners } from "../base/listeners.js";
import { unpack } from "../stream/packed.js";
import { indexOf, lengthOf, ownImageIn, textOf, wireOf } from "./own-image.js";

/**
 * The one image that the whole page is about: every prediction, response and traced pass is this image's. Usually it is one of the
 * test set; those of the training set are counted after them, and a picture of the page's user has an index below 0.
 *
 * @typedef {import("../stream/interest.js").Interest} Interest
 * @typedef {import("./store.js").Store} Store
 *
 * @typedef {import("./own-image.js").OwnImage} OwnImage
 *
 * An image: [channel, row, col], from 0 to 1, and the index of its class; null: nobody has given it one.
 * @typedef {{index: number, label: number | null, shape: number[], pixels: Float32Array}} Known
 *
 * A part of it that is outlined: its first row and column, which may lie beyond the edge, and its size.
 * @typedef {{top: number, left: number, rows: number, cols: number}} Patch
 */

const TRAINING = "train-";
/** How many strokes an answer may be behind. */
const MOST_EARLIER = 64;
/** What an image of the training set is called instead. */
const OF_TRAINING = { "image.number": "image.number.training", "image.name": "image.name.training" };

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
    this.index = 0;
    /** The picture that is shown. @type {OwnImage | null} */
    this.own = null;
    /** The indices of the picture as it was some strokes ago. @type {number[]} */
    this.earlier = [];
    /** The image of the data set that was shown last. */
    this.last = 0;
    /** The outlined part. @type {Patch | null} */
    this.patch = null;
    /** Its pixels and label; those of the image before it until they have come. @type {Known | null} */
    this.known = null;
    /** The same as networks see it, where images are prepared for them. @type {Pick<Known, "index" | "shape" | "pixels"> | null} */
    this.seen = null;
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

  /** The index of the image's class; null: not known yet, or it has none. */
  get label() {
    return this.known?.index === this.index ? this.known.label : null;
  }

  /** Whether nobody has given it a class, so that there is no loss. */
  get isUnlabelled() {
    return this.known?.index === this.index && this.known.label === null;
  }

  /**
   * @param {number} index
   * @param {Patch | null} [patch]
   */
  show(index, patch = null) {
    const other = index !== this.index;
    if (!other && patchText(patch) === patchText(this.patch)) return;
    this.index = index;
    this.patch = patch;
    if (other) {
      this.last = index;
      this.own = null;
      this.earlier = [];
      this.#ask();
    }
    this.listeners.tell();
  }

  /**
   * Show a picture.
   * @param {OwnImage} own whose levels are not changed any more
   * @param {boolean} [continues] whether it is the one shown, a stroke later: answers to that hold until the next ones
   */
  showOwn(own, continues = false) {
    const { experiment } = this.store;
    if (!experiment) return;
    this.earlier = continues && this.own ? [...this.earlier, this.index].slice(-MOST_EARLIER) : [];
    this.own = own;
    this.index = indexOf(own);
    this.patch = null;
    const { image_shape: shape } = experiment.dataset;
    this.known = { index: this.index, label: own.label, shape, pixels: Float32Array.from(own.levels, (level) => level / 255) };
    this.#ask();
    this.listeners.tell();
    this.arrivals.tell();
  }

  /** The first image of the set that the image belongs to, and their number. */
  get #set() {
    const { test_size: tests = 0, train_size: trained = 0 } = this.store.experiment?.dataset ?? {};
    return this.index < tests ? { first: 0, count: tests } : { first: tests, count: trained };
  }

  /** Show the image of the same set that comes so many places later; after the last comes the first. @param {number} by */
  turn(by) {
    const { first, count } = this.#set;
    if (this.own) this.show(this.last);
    else if (count > 0) this.show(first + ((this.index - first + by + count) % count));
  }

  /** Show any other image of the same set. @param {number} [chance] from 0 up to, but not including, 1 */
  showAny(chance = Math.random()) {
    const { count } = this.#set;
    if (count > 1) this.turn(1 + Math.floor(chance * (count - 1)));
  }

  /** The image as an address has it: 803 of the test set, train-123 of the training set, or a whole picture. */
  get address() {
    if (this.own) return textOf(this.own);
    return this.index < this.count ? String(this.index) : `${TRAINING}${this.index - this.count}`;
  }

  /** @param {string} text of an address @returns {boolean} whether there is such an image */
  showAddressed(text) {
    const { dataset } = this.store.experiment ?? {};
    const own = dataset && ownImageIn(text, lengthOf(dataset), dataset.classes.length);
    if (own) {
      this.showOwn(own);
      return true;
    }
    const isTraining = text.startsWith(TRAINING);
    const digits = isTraining ? text.slice(TRAINING.length) : text;
    const place = Number(digits);
    const { test_size: tests = 0, train_size: trained = 0 } = dataset ?? {};
    if (!/^\d+$/.test(digits) || place >= (isTraining ? trained : tests)) return false;
    this.show(isTraining ? tests + place : place);
    return true;
  }

  /** The outlined part as an address has it: row.column.rows.columns; empty: none. */
  get patchAddress() {
    return patchText(this.patch);
  }

  /** @param {string} text of an address @returns {boolean} whether it names a part */
  outlineAddressed(text) {
    const match = /^(-?\d{1,5})\.(-?\d{1,5})\.(\d{1,5})\.(\d{1,5})$/.exec(text);
    if (match) {
      const [top, left, rows, cols] = match.slice(1).map(Number);
      this.show(this.index, { top, left, rows, cols });
    } else if (text === "") {
      this.show(this.index);
    }
    return match !== null || text === "";
  }

  /** What is done to images before networks see them. */
  get preparation() {
    return this.store.experiment?.config.preparation ?? "none";
  }

  /** Ask for the image and its predictions, if there is anybody to ask. */
  #ask() {
    const { index, own, isOffered, preparation } = this;
    const isUnknown = !own || preparation !== "none";
    this.interest.lookAt(isOffered ? index : null, isOffered && own ? wireOf(own) : null);
    this.interest.want("image", { subjects: isOffered && isUnknown ? [{ kind: "image", image: index }] : [] });
  }

  #arrived() {
    const { image: index, label, pixels, seen } = this.store.finding("image");
    const isKnown = this.known?.index === index;
    // Another image has been chosen meanwhile: its answer is on the way. This one may come again, with each run.
    if (index !== this.index || (isKnown && (!seen || this.seen?.index === index))) return;
    if (!isKnown) this.known = { index, label, shape: pixels.shape, pixels: unpack(pixels) };
    this.seen = seen ? { index, shape: seen.shape, pixels: unpack(seen) } : null;
    this.arrivals.tell();
  }
}

/** @param {Patch | null} patch */
function patchText(patch) {
  return patch ? [patch.top, patch.left, patch.rows, patch.cols].join(".") : "";
}

/**
 * What an image is called.
 * @param {import("../base/i18n.js").Translator} translator
 * @param {keyof typeof OF_TRAINING} key
 * @param {{index: number, label: number | null}} image
 * @param {{test_size: number, classes: string[]}} dataset
 */
export function imageText(translator, key, { index, label }, { test_size: tests, classes }) {
  const name = className(label, classes);
  if (index >= tests) return translator.text(OF_TRAINING[key], { index: index - tests, class: name });
  if (index >= 0) return translator.text(key, { index, class: name });
  if (key === "image.number") return translator.text("image.own");
  return translator.text(label === null ? "image.own.unknown" : "image.own.name", { class: name });
}

/** @param {number | null} label null: nobody has given it one @param {string[]} classes */
export function className(label, classes) {
  return label === null ? "?" : (classes[label] ?? "");
}
