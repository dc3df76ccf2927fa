import { find, part, stamp } from "../base/dom.js";
import { remember, remembered } from "../base/storage.js";
import { paintImage } from "../draw/test-image.js";
import { lengthOf, ownImageIn, textOf } from "../state/own-image.js";

/**
 * The pictures that this browser has kept of what was drawn or brought, as in an address, the newest first.
 *
 * @typedef {import("../state/own-image.js").OwnImage} OwnImage
 * @typedef {{show: (own: OwnImage) => void, leave: () => void}} Deeds
 */

const MOST_KEPT = 24;
const STORAGE_KEY = "kernelscope.pictures";

export class Kept {
  /**
   * @param {HTMLElement} list
   * @param {import("../base/types.js").Dataset} data
   * @param {import("../base/i18n.js").Translator} translator
   * @param {Deeds} deeds what to do with one, and where the focus goes after the last
   */
  constructor(list, data, translator, deeds) {
    this.list = list;
    this.data = data;
    this.translator = translator;
    this.deeds = deeds;
    this.#list();
  }

  /** @param {OwnImage} own @returns {boolean} whether the browser had room for it */
  keep(own) {
    const text = textOf(own);
    this.#remember([text, ...this.#mine.filter((one) => one !== text)].slice(0, MOST_KEPT));
    return this.#mine.includes(text);
  }

  /** Those of this data set's size. */
  get #mine() {
    return all().filter((text) => this.#read(text));
  }

  /** @param {string} text */
  #read(text) {
    return ownImageIn(text, lengthOf(this.data), this.data.classes.length);
  }

  /** @param {string[]} texts */
  #remember(texts) {
    const others = all().filter((text) => !this.#read(text));
    remember(STORAGE_KEY, [...texts, ...others].join(" ") || null);
    this.#list();
  }

  #list() {
    this.list.replaceChildren(...this.#mine.flatMap((text, place) => this.#item(text, place)));
  }

  /**
   * @param {string} text
   * @param {number} place
   */
  #item(text, place) {
    const own = this.#read(text);
    if (!own) return [];
    const { translator } = this;
    const { classes, image_shape: shape } = this.data;
    const { levels, label } = own;
    const item = stamp("pad-kept");
    paintImage(find(item, "canvas", HTMLCanvasElement), { shape, pixels: Float32Array.from(levels, (level) => level / 255) });
    const [show, forget] = [part(item, "show"), part(item, "forget")];
    const values = { number: place + 1, class: label === null ? "?" : classes[label] };
    show.setAttribute("aria-label", translator.text("pad.kept.show", values));
    forget.setAttribute("aria-label", translator.text("pad.kept.forget", values));
    show.addEventListener("click", () => this.deeds.show(own));
    forget.addEventListener("click", () => {
      this.#remember(this.#mine.filter((one) => one !== text));
      const next = this.list.querySelectorAll('[data-part="forget"]')[Math.max(0, place - 1)];
      if (next instanceof HTMLElement) next.focus();
      else this.deeds.leave();
    });
    return [item];
  }
}

/** Of every data set. */
function all() {
  return (remembered(STORAGE_KEY) ?? "").split(" ").filter(Boolean);
}
