import { find, hide, part, stamp, write } from "../base/dom.js";
import { buttonsIn, rove } from "../studies/roving.js";
import { drawImage } from "./pictures.js";

/**
 * A class as a column: its name, and its images as a network will see them. They are selected by a click, by Space or Enter.
 *
 * @typedef {import("./collection.js").Class} Class
 * @typedef {import("./collection.js").Collection} Collection
 * @typedef {import("./collection.js").Picture} Picture
 *
 * @typedef {object} Around
 * @property {Collection} collection
 * @property {import("../base/i18n.js").Translator} words
 * @property {Set<Picture>} selected
 * @property {() => void} changed called when the selection or a name has changed
 * @property {(group: Class) => void} choose asks for files of a class
 */

/** So many images are shown at first, and further ones with each press of a button. */
const SHOWN = 24;

export class Column {
  /**
   * @param {Class} group
   * @param {Around} around
   */
  constructor(group, around) {
    this.group = group;
    this.around = around;
    this.root = stamp("own-class");
    this.input = find(this.root, "input", HTMLInputElement);
    this.pictures = part(this.root, "pictures");
    this.more = find(this.root, '[value="more"]', HTMLButtonElement);
    this.most = SHOWN;
    /** What each canvas shows. @type {WeakMap<HTMLCanvasElement, Uint8Array>} */
    this.drawn = new WeakMap();
    const { collection } = around;
    const isUnsorted = group === collection.unsorted;
    hide(this.input, isUnsorted);
    hide(part(this.root, "unsorted"), !isUnsorted);
    this.input.value = group.name;
    this.input.addEventListener("input", () => {
      collection.rename(group, this.input.value);
      around.changed();
    });
    find(this.root, '[value="remove"]', HTMLButtonElement).addEventListener("click", () => {
      if (isUnsorted) collection.move(new Set(group.pictures), null);
      else collection.removeClass(group);
    });
    find(this.root, '[value="add"]', HTMLButtonElement).addEventListener("click", () => around.choose(group));
    this.more.addEventListener("click", () => {
      this.most += 4 * SHOWN;
      this.show();
    });
    this.pictures.addEventListener("click", ({ target }) => this.#select(target));
    this.pictures.addEventListener("dragstart", (event) => {
      const picture = this.#pictureOf(event.target);
      if (!picture) return;
      if (!around.selected.has(picture)) {
        around.selected.clear();
        around.selected.add(picture);
        around.changed();
      }
      event.dataTransfer?.setData("text/plain", picture.found.name);
    });
    rove(this.pictures);
  }

  /** @param {EventTarget | null} target */
  #pictureOf(target) {
    const item = target instanceof Element ? target.closest("li") : null;
    return item ? this.group.pictures[[...this.pictures.children].indexOf(item)] : undefined;
  }

  /** @param {EventTarget | null} target */
  #select(target) {
    const picture = this.#pictureOf(target);
    if (!picture || !(target instanceof Element) || !target.closest("button")) return;
    const { selected, changed } = this.around;
    if (!selected.delete(picture)) selected.add(picture);
    changed();
  }

  show() {
    const { collection, words, selected } = this.around;
    const { pictures } = this.group;
    const shown = Math.min(this.most, pictures.length);
    write(part(this.root, "count"), words.format.count(pictures.length));
    buttonsIn(this.pictures, shown, "own-picture").forEach((button, place) => {
      const picture = pictures[place];
      const isSelected = String(selected.has(picture));
      if (button.ariaPressed !== isSelected) button.setAttribute("aria-pressed", isSelected);
      if (button.title !== picture.found.name) {
        button.title = picture.found.name;
        button.setAttribute("aria-label", picture.found.name);
      }
      const canvas = find(button, "canvas", HTMLCanvasElement);
      const isGrey = String(collection.isGrey);
      if (!picture.image || (this.drawn.get(canvas) === picture.image && canvas.dataset.grey === isGrey)) return;
      canvas.dataset.grey = isGrey;
      this.drawn.set(canvas, picture.image);
      drawImage(canvas, collection.seen(picture.image), collection.side);
    });
    hide(this.more, shown === pictures.length);
    write(this.more, words.text("own.more", { n: words.format.count(pictures.length - shown) }));
  }
}
