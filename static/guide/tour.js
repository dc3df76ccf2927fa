import { find, hide, isOffered, part, stamp, write } from "../base/dom.js";
import { placeBeside } from "../base/placing.js";
import { STOPS } from "./stops.js";

/**
 * The guided tour: a card beside the element it is about, and a ring around that. The page stays usable.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("./stops.js").Stop} Stop
 */

/** The width above which the card is beside its element. */
const BESIDE = "(width > 600px)";

export class Tour {
  /**
   * @param {Translator} words
   * @param {{ showTabOf: (element: Element | null) => void, ownLane: () => string | undefined }} page
   */
  constructor(words, { showTabOf, ownLane }) {
    this.words = words;
    this.showTabOf = showTabOf;
    /** The lane of the selected weight. */
    this.ownLane = ownLane;
    this.root = stamp("tour-template");
    this.title = part(this.root, "title");
    this.text = part(this.root, "text");
    this.formula = part(this.root, "formula");
    this.count = part(this.root, "count");
    this.next = this.#button("next");
    this.back = this.#button("back");
    this.at = 0;
    this.stops = STOPS;
    /** @type {Element | null} */
    this.target = null;
    /** The element that had the focus. @type {Element | null} */
    this.from = null;
    // These attributes show whether a request has been fulfilled.
    this.watch = new MutationObserver(() => this.#happened());
    this.next.addEventListener("click", () => this.#go(1));
    this.back.addEventListener("click", () => this.#go(-1));
    const skip = this.#button("skip");
    write(skip, words.text("tour.skip"));
    skip.addEventListener("click", () => this.end());
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
    addEventListener("resize", () => this.#place());
  }

  begin() {
    if (this.root.isConnected) return;
    this.from = document.activeElement;
    document.body.append(this.root);
    this.at = 0;
    this.stops = STOPS.filter((stop) => {
      const element = this.#targetOf(stop);
      return element !== null && isOffered(element);
    });
    this.#show();
  }

  end() {
    this.watch.disconnect();
    this.target?.removeAttribute("data-toured");
    this.target = null;
    this.root.remove();
    if (this.from instanceof HTMLElement && this.from.isConnected) this.from.focus();
  }

  /** @param {number} by */
  #go(by) {
    this.at += by;
    if (this.at >= this.stops.length) this.end();
    else this.#show();
  }

  #show() {
    const stop = this.stops[this.at];
    const { key, tab, formula, done } = stop;
    const { words } = this;
    write(this.title, words.text(`tour.${key}.title`));
    write(this.text, words.text(`tour.${key}.text`));
    hide(this.formula, !formula);
    write(this.formula, formula ?? "");
    write(this.count, words.text("tour.count", { n: this.at + 1, all: this.stops.length }));
    write(this.next, words.text(this.at === this.stops.length - 1 ? "tour.finish" : "tour.next"));
    write(this.back, words.text("tour.back"));
    this.back.disabled = this.at === 0;
    this.target?.removeAttribute("data-toured");
    this.target = this.#targetOf(stop);
    this.showTabOf(tab ? document.querySelector(tab) : this.target);
    this.target?.setAttribute("data-toured", "");
    const beside = matchMedia(BESIDE).matches;
    const tall = (this.target?.getBoundingClientRect().height ?? 0) > innerHeight / 2;
    this.target?.scrollIntoView({ block: beside && !tall ? "center" : "start", inline: "nearest" });
    this.#place();
    this.title.focus({ preventScroll: true });
    this.watch.disconnect();
    if (done) {
      for (const id of ["#start", "#status-step"]) this.watch.observe(find(document, id, HTMLElement), { attributes: true });
    }
  }

  /**
   * What the tour tells is told of one lane: the selected weight's, or the first shown where that is hidden.
   * @param {import("./stops.js").Stop} stop
   */
  #targetOf({ selector, inLane }) {
    if (!inLane) return document.querySelector(selector);
    const own = document.querySelector(`.lane[data-lane="${this.ownLane()}"]:not([hidden])`);
    return (own ?? document.querySelector(".lane:not([hidden])"))?.querySelector(selector) ?? null;
  }

  /** Go on when the request has been fulfilled. */
  #happened() {
    if (!this.stops[this.at].done?.()) return;
    this.watch.disconnect();
    this.#go(1);
  }

  #place() {
    if (!this.root.isConnected || !this.target || !matchMedia(BESIDE).matches) return;
    const box = this.target.getBoundingClientRect();
    // Of an element taller than the window, use the visible part.
    const top = Math.max(0, box.top);
    const seen = new DOMRect(box.left, top, box.width, Math.min(box.bottom, innerHeight) - top);
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const place = placeBeside(seen, { width, height }, document.documentElement, ["right", "left", "below", "above"]);
    this.root.style.left = `${place.left + scrollX}px`;
    this.root.style.top = `${place.top + scrollY}px`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLButtonElement;
    if (event.key === "Escape") this.end();
    else if (event.key === "ArrowRight" || (event.key === "Enter" && !onButton)) this.#go(1);
    else if (event.key === "ArrowLeft") this.#go(this.at > 0 ? -1 : 0);
    else return;
    event.preventDefault();
  }

  /** @param {string} value */
  #button(value) {
    return find(this.root, `button[value="${value}"]`, HTMLButtonElement);
  }
}
