import { find, hide } from "../base/dom.js";
import { kernelLayers } from "../state/tensors.js";
import { placeOf, rectOf } from "./place.js";

/**
 * The teacher's pointer: what it is on gets a ring on the pages that follow.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../base/types.js").Place} Place
 */

/** The shortest interval between two places. */
const INTERVAL_MS = 100;
/** A pointer at rest says again where it is, so that a ring whose teacher has gone disappears. */
const AGAIN_MS = 1000;
const SHOWN_MS = 2500;
/** CSS pixels around the thing, and from the window's edge. */
const AROUND = 5;

export class Pointer {
  /**
   * @param {Page} page
   * @param {(message: {type: "point", at: Place | null}) => void} send
   */
  constructor(page, send) {
    this.page = page;
    this.send = send;
    this.button = find(document, "#class-point", HTMLButtonElement);
    /** @type {Place | null} */
    this.place = null;
    /** Milliseconds since the page was opened. */
    this.sentAt = 0;
    this.timer = 0;
    this.button.addEventListener("click", () => this.#turn(this.button.getAttribute("aria-pressed") !== "true"));
    document.addEventListener("pointermove", (event) => this.#moved(event), { passive: true });
    document.documentElement.addEventListener("pointerleave", () => this.#at(null));
  }

  get on() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  /** @param {boolean} on */
  #turn(on) {
    this.button.setAttribute("aria-pressed", String(on));
    document.documentElement.toggleAttribute("data-pointing", on);
    if (!on) this.#at(null);
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    if (this.on) this.#at(placeOf(event, shapesOf(this.page)));
  }

  /** @param {Place | null} place */
  #at(place) {
    if (!place && !this.place) return;
    this.place = place;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#say(), Math.max(0, this.sentAt + INTERVAL_MS - performance.now()));
  }

  #say() {
    this.sentAt = performance.now();
    this.send({ type: "point", at: this.place });
    if (this.place) this.timer = setTimeout(() => this.#say(), AGAIN_MS);
  }
}

/** The ring on a page that follows. */
export class Ring {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.element = find(document, "#class-ring", HTMLElement);
    this.timer = 0;
  }

  /** @param {Place | null} place */
  show(place) {
    clearTimeout(this.timer);
    const rect = place && rectOf(place, shapesOf(this.page));
    hide(this.element, !rect);
    if (!rect) return;
    this.timer = setTimeout(() => hide(this.element, true), SHOWN_MS);
    const { clientWidth, clientHeight } = document.documentElement;
    const left = Math.min(clientWidth, Math.max(0, rect.left)) - AROUND;
    const top = Math.min(clientHeight, Math.max(0, rect.top)) - AROUND;
    const [width, height] = [rect.width + 2 * AROUND, rect.height + 2 * AROUND];
    // What has been scrolled out of sight is shown by half a ring at that edge.
    const isOutside = rect.bottom < 0 || rect.right < 0 || rect.top > clientHeight || rect.left > clientWidth;
    this.element.toggleAttribute("data-outside", isOutside);
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }
}

/** @param {Page} page */
function shapesOf({ store }) {
  const layers = store.experiment?.layers ?? [];
  const shapes = kernelLayers(layers, new Set(layers.map(({ name }) => name)));
  return (/** @type {string} */ name) => shapes.find(({ layer }) => layer.name === name)?.shape;
}
