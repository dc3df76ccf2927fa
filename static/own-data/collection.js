import { Listeners } from "../base/listeners.js";
import { MOST_CLASSES, inOrder, nameFrom, same } from "./classes.js";
import { grey, isGrey, scaled } from "./scaling.js";
import { Unusable } from "./unusable.js";

/**
 * Pictures in classes, before they are kept: each is decoded once it is here, and again when the size changes.
 *
 * @typedef {import("./sources.js").Brought} Brought
 * @typedef {import("./sources.js").Found} Found
 * @typedef {import("./unusable.js").Left} Left
 *
 * @typedef {object} Picture
 * @property {Found} found
 * @property {Uint8Array<ArrayBuffer> | null} image three channels; null: not decoded yet
 *
 * @typedef {object} Class
 * @property {string} name
 * @property {Picture[]} pictures
 */

/** Bytes of all images: what the server takes unless it is told otherwise (--max-dataset). */
const MOST = 192 * 2 ** 20;
/** Pictures that are decoded at the same time. */
const AT_ONCE = 64;

export class Collection {
  constructor() {
    /** @type {Class[]} */
    this.classes = [];
    /** Pictures that are in no class. @type {Class} */
    this.unsorted = { name: "", pictures: [] };
    /** @type {Left[]} */
    this.left = [];
    /** @type {string[]} */
    this.merged = [];
    this.side = 32;
    /** Whether the images are to be grey; null: if all of them are. @type {boolean | null} */
    this.wantsGrey = null;
    /** Called when pictures, classes or what is left out have changed. */
    this.changed = new Listeners();
    /** Called when some pictures have been decoded. */
    this.decoded = new Listeners();
    /** Those that are decoded one after another, and the place of the next. @type {Picture[]} */
    this.queue = [];
    this.next = 0;
    this.working = 0;
    /** Those that could not be decoded. @type {Set<Picture>} */
    this.broken = new Set();
    /** Counts changes of the size: what was decoded for an earlier one is of no use. */
    this.turn = 0;
    /** Whether a picture in colour has been decoded. */
    this.hasColour = false;
  }

  get groups() {
    return this.unsorted.pictures.length > 0 ? [this.unsorted, ...this.classes] : this.classes;
  }

  get count() {
    return this.groups.reduce((sum, { pictures }) => sum + pictures.length, 0);
  }

  get isDecoding() {
    return this.next < this.queue.length || this.working > 0;
  }

  get isGrey() {
    return this.wantsGrey ?? !this.hasColour;
  }

  /**
   * @param {Brought} brought
   * @param {Class} [into] the class of those that have no folder
   * @throws {Unusable} they would be too many
   */
  add({ found, left, merged }, into = this.unsorted) {
    const size = (this.count + found.length) * 3 * this.side ** 2;
    if (size > MOST) throw new Unusable("own.left.too_many", { most: Math.floor(MOST / (3 * this.side ** 2)), side: this.side });
    const names = new Map(this.classes.map((one) => [same(one.name), one]));
    const isFirst = this.classes.every(({ pictures }) => pictures.length === 0);
    for (const one of found) {
      let group = one.folder === null ? into : names.get(same(one.folder));
      if (!group) {
        group = { name: one.folder ?? "", pictures: [] };
        if (this.classes.length >= MOST_CLASSES) throw new Unusable("own.left.classes", { most: MOST_CLASSES, got: MOST_CLASSES + 1 });
        names.set(same(group.name), group);
        this.classes.push(group);
      }
      const picture = { found: one, image: null };
      group.pictures.push(picture);
      this.queue.push(picture);
    }
    if (isFirst && found.some(({ folder }) => folder !== null)) {
      this.classes = this.classes.filter(({ pictures }) => pictures.length > 0).sort((one, other) => inOrder(one.name, other.name));
    }
    this.left.push(...left);
    this.merged.push(...merged);
    this.#decode();
    this.changed.tell();
  }

  /** @param {string} name */
  addClass(name) {
    this.classes.push({ name, pictures: [] });
    this.changed.tell();
  }

  /** @param {Class} group @param {string} name */
  rename(group, name) {
    group.name = nameFrom(name);
  }

  /** @param {Class} group whose pictures go, too */
  removeClass(group) {
    this.classes = this.classes.filter((one) => one !== group);
    this.#forget(new Set(group.pictures));
  }

  /**
   * @param {Set<Picture>} pictures
   * @param {Class | null} to null: they are left out
   */
  move(pictures, to) {
    const moved = this.groups.flatMap((group) => group.pictures.filter((picture) => pictures.has(picture)));
    for (const group of this.groups) group.pictures = group.pictures.filter((picture) => !pictures.has(picture));
    to?.pictures.push(...moved);
    if (to) this.changed.tell();
    else this.#forget(pictures);
  }

  /** @param {Set<Picture>} pictures */
  #forget(pictures) {
    this.queue = this.queue.slice(this.next).filter((picture) => !pictures.has(picture));
    this.next = 0;
    this.changed.tell();
  }

  /** @param {number} side */
  resize(side) {
    this.side = side;
    this.turn += 1;
    this.hasColour = false;
    this.queue = this.groups.flatMap(({ pictures }) => pictures);
    this.next = 0;
    for (const picture of this.queue) picture.image = null;
    this.#decode();
    this.changed.tell();
  }

  clear() {
    this.turn += 1;
    this.classes = [];
    this.unsorted.pictures = [];
    [this.left, this.merged, this.queue, this.next] = [[], [], [], 0];
    this.hasColour = false;
    this.changed.tell();
  }

  /** An image as a network sees it. @param {Uint8Array} image of three channels */
  seen(image) {
    return this.isGrey ? grey(image) : image;
  }

  #decode() {
    for (let further = this.queue.length - this.next; this.working < AT_ONCE && further > 0; further -= 1) {
      this.working += 1;
      void this.#work();
    }
  }

  async #work() {
    while (this.next < this.queue.length) {
      const picture = this.queue[this.next];
      const { turn } = this;
      this.next += 1;
      try {
        const image = scaled(await picture.found.square(), this.side);
        if (turn !== this.turn) continue;
        picture.image = /** @type {Uint8Array<ArrayBuffer>} */ (image);
        this.hasColour ||= !isGrey(image);
      } catch (error) {
        if (turn !== this.turn) continue;
        const { key, values } = error instanceof Unusable ? error : { key: "own.left.unreadable", values: {} };
        this.left.push({ name: picture.found.name, key, values });
        this.broken.add(picture);
      }
      this.decoded.tell();
    }
    this.working -= 1;
    if (this.working === 0) this.#finish();
  }

  #finish() {
    for (const group of this.groups) group.pictures = group.pictures.filter((picture) => !this.broken.has(picture));
    this.broken.clear();
    this.changed.tell();
  }
}
