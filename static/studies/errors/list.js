import { find, hide, part, stamp, write } from "../../base/dom.js";
import { paintImage } from "../../draw/test-image.js";
import { keepStop, rove } from "../roving.js";
import { Pictures } from "./pictures.js";
import { NOTHING } from "./reading.js";

/**
 * A page of the chosen images: small pictures, each with its label and what the lane took it for. A click makes one the page's image.
 *
 * @typedef {import("./reading.js").Tested} Tested
 */

export const PER_PAGE = 24;

export class ErrorList {
  /**
   * @param {HTMLElement} root
   * @param {import("../../page/page.js").Page} page
   */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.pictures = new Pictures();
    /** The images of the page. @type {number[]} */
    this.images = [];
    this.places = Array.from({ length: PER_PAGE }, (_, place) => this.#place(place));
    /** Whether a mouse is over it: then it keeps still. */
    this.isHeld = false;
    root.addEventListener("pointerenter", ({ pointerType }) => (this.isHeld = pointerType === "mouse"));
    root.append(...this.places.map(({ item }) => item));
    rove(root);
  }

  /** @param {number} place */
  #place(place) {
    const item = stamp("errors-picture");
    const button = find(item, "button", HTMLButtonElement);
    button.title = this.page.translator.text("errors.picture.title");
    button.addEventListener("click", () => this.page.image.show(this.images[place]));
    const canvas = find(item, "canvas", HTMLCanvasElement);
    return { item, button, canvas, classes: part(item, "classes"), sure: part(item, "sure"), painted: -1 };
  }

  /** @param {() => void} listener called when it need not keep still any longer */
  onLeave(listener) {
    this.root.addEventListener("pointerleave", () => {
      this.isHeld = false;
      listener();
    });
  }

  /** What brings the pictures that are missing. */
  asks() {
    return this.pictures.asks(this.images);
  }

  /** Whether a picture that has come isn't painted yet. */
  get isAwaited() {
    return this.places.some(({ painted }, place) => this.images[place] !== undefined && painted < 0);
  }

  /** Paint anew, in other colours. */
  forget() {
    for (const place of this.places) place.painted = -1;
  }

  /**
   * @param {number[]} images of this page
   * @param {number[]} labels
   * @param {Tested | null} test
   * @param {string[]} classes
   */
  show(images, labels, test, classes) {
    this.images = test ? images : [];
    const { translator, image: shown } = this.page;
    this.places.forEach((place, index) => {
      const image = this.images[index];
      hide(place.item, image === undefined);
      if (image === undefined || !test) return;
      const [label, taken] = [classes[labels[image]], nameOf(test.predicted[image], classes, translator)];
      const confidence = test.confidence[image];
      const percent = Number.isFinite(confidence) ? translator.format.percent(confidence) : "–";
      write(place.classes, translator.text("errors.taken", { label, taken }));
      write(place.sure, percent);
      place.button.setAttribute("aria-label", translator.text("errors.picture", { image, label, taken, percent }));
      place.button.toggleAttribute("data-shown", image === shown.index);
      const picture = this.pictures.get(image);
      if (!picture) {
        if (place.painted !== image) place.canvas.getContext("2d")?.clearRect(0, 0, place.canvas.width, place.canvas.height);
        place.painted = -1;
      } else if (place.painted !== image) {
        paintImage(place.canvas, picture);
        place.painted = image;
      }
    });
    keepStop(this.root);
  }
}

/**
 * @param {number} index
 * @param {string[]} classes
 * @param {import("../../base/i18n.js").Translator} translator
 */
function nameOf(index, classes, translator) {
  return index === NOTHING ? translator.text("errors.nothing") : classes[index];
}
