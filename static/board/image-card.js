import { find, hide, part, write } from "../base/dom.js";
import { widthOf } from "../base/format.js";
import { outlinePatch, paintAsOf, paintImage, paintSigned, showImage } from "../draw/test-image.js";
import { guessesOf, percentText } from "../state/predictions.js";
import { renewal } from "../state/renewal.js";

/**
 * The page's image, with its label, and the lanes' predictions as text. A click on it shows another one.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../state/image.js").Known} Known
 */

/** Listening takes longer than looking. */
const SPOKEN_INTERVAL_MS = 3000;
/** The widest name of a class that has room beside the image's number, in characters. */
const WIDEST = 8;

export class ImageCard {
  /** @param {Page} page */
  constructor({ image, store, translator, notices }) {
    this.image = image;
    this.store = store;
    this.translator = translator;
    this.notices = notices;
    this.root = find(document, "#image-card", HTMLElement);
    this.canvas = find(this.root, "canvas", HTMLCanvasElement);
    this.button = find(this.root, ".image-button", HTMLButtonElement);
    this.spoken = part(this.root, "spoken");
    /** What networks see of it, where images are prepared for them. */
    this.after = part(this.root, "after");
    this.seen = find(this.after, "canvas", HTMLCanvasElement);
    /** Whether a person has chosen the image that is on the way. */
    this.chosen = false;
    this.button.addEventListener("click", () => this.#choose(() => image.showAny()));
    for (const button of this.root.querySelectorAll("button[value]")) {
      button.addEventListener("click", () => this.#choose(() => image.turn(Number(button.getAttribute("value")))));
    }
  }

  /** Make room for the image after its preparation, if there is one. */
  describe() {
    const { preparation } = this.image;
    if (this.store.experiment) paintAsOf(this.store.experiment.dataset);
    const isPrepared = preparation !== "none";
    this.root.toggleAttribute("data-prepared", isPrepared);
    hide(this.after, !isPrepared);
    this.root.toggleAttribute("data-wide", this.store.experiment?.dataset.classes.some((name) => widthOf(name) > WIDEST) ?? false);
    if (isPrepared) this.after.title = this.translator.text(`image.after.${preparation}`);
  }

  /** @param {() => void} show */
  #choose(show) {
    this.chosen = true;
    show();
  }

  /** Show the image that has come. */
  show() {
    const { known } = this.image;
    if (!known) return;
    const name = showImage(this.root, this.canvas, known, this.store, this.translator);
    this.#paintSeen();
    this.outline();
    this.button.setAttribute("aria-label", name);
    if (this.chosen) this.notices.announce(name);
    this.chosen = false;
  }

  /** Paint it in the colours of the theme. */
  paint() {
    if (this.image.known) paintImage(this.canvas, this.image.known);
    this.#paintSeen();
    this.outline();
  }

  #paintSeen() {
    if (this.image.seen) paintSigned(this.seen, this.image.seen);
  }

  outline() {
    outlinePatch(part(this.root, "patch"), this.image);
  }

  /** Tell screen readers what the lanes predict. */
  speak() {
    const { experiment, shown } = this.store;
    const { label } = this.image;
    const { translator } = this;
    const said = (experiment?.lanes ?? []).flatMap(({ id }, lane) => {
      const guesses = guessesOf(shown, lane, this.image).map(({ class: guess, probability }) =>
        translator.text(guess === label ? "predictions.right" : "predictions.guess", {
          class: experiment?.dataset.classes[guess] ?? "",
          percent: percentText(probability, translator.format),
        }),
      );
      return guesses.length > 0 ? [translator.text("predictions.lane", { lane: id, guesses: translator.join("list", guesses) })] : [];
    });
    write(this.spoken, said.length > 0 ? translator.join("sentences", said) : "");
  }
}

/** @param {Page} page */
export function joinImage(page) {
  const { image, store, session, loop, tabs } = page;
  const card = new ImageCard(page);
  const spoken = loop.task(() => card.speak(), { interval: SPOKEN_INTERVAL_MS, isShown: () => tabs.current === "kernels" });
  const renew = renewal(store, session);
  store.on("experiment", () => card.describe());
  image.onArrival(() => {
    card.show();
    spoken.hurry();
  });
  image.onChange(() => {
    card.outline();
    spoken.hurry();
  });
  for (const topic of ["snapshot", "shown"]) store.on(topic, () => renew(spoken));
  page.themed.add(() => card.paint());
  page.settings.add("image", {
    read: () => image.address,
    apply: (text) => image.showAddressed(text),
  });
  page.settings.add("patch", {
    read: () => image.patchAddress,
    apply: (text) => image.outlineAddressed(text),
  });
}
