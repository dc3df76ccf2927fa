import { find, hide } from "../base/dom.js";
import { placeOf, rectOf } from "./place.js";

/**
 * The teacher's pointer: what it is on gets a ring on the pages that follow.
 *
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
  /** @param {(message: {type: "point", at: Place | null}) => void} send */
  constructor(send) {
    this.send = send;
    this.button = find(document, "#class-point", HTMLButtonElement);
    /** Where the pointer was seen last; null: nowhere on the page. @type {PointerEvent | null} */
    this.seen = null;
    /** Milliseconds since the page was opened. */
    this.sentAt = 0;
    this.timer = 0;
    this.button.addEventListener("click", () => this.#turn(!this.on));
    document.addEventListener("pointermove", (event) => this.#at(event), { passive: true });
    for (const [target, gone] of /** @type {const} */ ([
      [document.documentElement, "pointerleave"],
      [document, "visibilitychange"],
    ])) {
      target.addEventListener(gone, () => this.#at(null));
    }
  }

  get on() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  /** @param {boolean} on */
  #turn(on) {
    if (!on) this.#at(null);
    this.button.setAttribute("aria-pressed", String(on));
    document.documentElement.toggleAttribute("data-pointing", on);
  }

  /** @param {PointerEvent | null} event */
  #at(event) {
    if (!this.on || (!event && !this.seen)) return;
    this.seen = event;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#say(), Math.max(0, this.sentAt + INTERVAL_MS - performance.now()));
  }

  #say() {
    this.sentAt = performance.now();
    this.send({ type: "point", at: this.seen && placeOf(this.seen) });
    if (this.seen) this.timer = setTimeout(() => this.#say(), AGAIN_MS);
  }
}

/** The ring on a page that follows. */
export class Ring {
  constructor() {
    this.element = find(document, "#class-ring", HTMLElement);
    this.timer = 0;
    /** @type {Place | null} */
    this.place = null;
    // What it is around has moved.
    for (const sign of ["scroll", "resize"]) addEventListener(sign, () => this.#put(), { capture: true, passive: true });
  }

  /** @param {Place | null} place */
  show(place) {
    clearTimeout(this.timer);
    this.place = place;
    if (place) this.timer = setTimeout(() => this.show(null), SHOWN_MS);
    this.#put();
  }

  #put() {
    const { place } = this;
    const rect = place && rectOf(place);
    hide(this.element, !rect);
    if (!rect) return;
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
