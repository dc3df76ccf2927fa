import { find, part, write } from "../base/dom.js";
import { placeBeside } from "../base/placing.js";

/**
 * The bubble with the explanation of an element that is hovered, focused by a key, or long-pressed. Explanations are plain `title`
 * attributes, removed only while the element is hovered, because the browser would show them too.
 */

const DELAY_MS = 400;
/** A picture is explored with the pointer, so its bubble waits until that rests. */
const PICTURE_DELAY_MS = 1200;
const LONG_PRESS_MS = 500;
/** Time to move from the element to the bubble. */
const GRACE_MS = 200;
/** An element taller than this many pixels has its bubble at the pointer. */
const TALL = 96;
/** Pixels of movement after which a pointer is elsewhere in a picture, or a finger no longer held still. */
const FAR = 24;

export class Tooltip {
  constructor() {
    this.bubble = find(document, "#tooltip", HTMLElement);
    this.text = part(this.bubble, "text");
    /** The element that is explained, or is about to be. @type {HTMLElement | null} */
    this.owner = null;
    /** Its title, while removed from the document. @type {string | null} */
    this.taken = null;
    this.at = { x: 0, y: 0 };
    /** Where the pointer last was. */
    this.pointer = { x: 0, y: 0 };
    this.timer = 0;
    /** Whether to ignore the click that ends a long press on a button. */
    this.swallow = false;
    // A title written while we hold the old one replaces that.
    this.watch = new MutationObserver(() => this.#renewed());
    document.addEventListener("pointerover", (event) => this.#entered(event));
    document.addEventListener("pointermove", (event) => this.#moved(event), { passive: true });
    document.addEventListener("pointerdown", (event) => this.#down(event), { capture: true });
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => this.#up());
    document.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    document.addEventListener("pointerleave", () => this.#leave());
    document.addEventListener("focusin", (event) => this.#focused(event));
    document.addEventListener("focusout", () => this.hide());
    document.addEventListener("keydown", () => this.hide(), { capture: true });
    document.addEventListener("scroll", () => this.#scrolled(), { capture: true, passive: true });
  }

  get isShown() {
    return this.bubble.matches(":popover-open");
  }

  hide() {
    clearTimeout(this.timer);
    if (this.isShown) this.bubble.hidePopover();
    this.watch.disconnect();
    if (this.owner && this.taken !== null && !this.owner.hasAttribute("title")) this.owner.title = this.taken;
    this.owner = null;
    this.taken = null;
  }

  /** @param {PointerEvent} event */
  #entered({ target, pointerType, clientX, clientY }) {
    if (pointerType === "touch" || !(target instanceof Element)) return;
    const rests = clientX === this.pointer.x && clientY === this.pointer.y;
    this.pointer = { x: clientX, y: clientY };
    // The page changed under a resting pointer: keep explaining the focused element.
    if (rests && this.owner?.contains(document.activeElement) && this.taken === null) return;
    if (this.bubble.contains(target)) {
      clearTimeout(this.timer);
      return;
    }
    const owner = this.#ownerOf(target);
    if (owner && owner === this.owner) {
      if (this.isShown) clearTimeout(this.timer);
      return;
    }
    if (!(owner instanceof HTMLElement)) {
      this.#leave();
      return;
    }
    this.hide();
    this.at = { x: clientX, y: clientY };
    this.#own(owner, true);
    this.#later(isPicture(target) ? PICTURE_DELAY_MS : DELAY_MS);
  }

  /** @param {PointerEvent} event */
  #moved({ target, pointerType, clientX, clientY }) {
    if (pointerType !== "touch") this.pointer = { x: clientX, y: clientY };
    if (!this.owner || (target instanceof Element && this.bubble.contains(target))) return;
    const far = Math.hypot(clientX - this.at.x, clientY - this.at.y) > FAR;
    if (pointerType === "touch") {
      if (far && !this.isShown) this.hide();
    } else if (!this.isShown) {
      this.at = { x: clientX, y: clientY };
      if (target instanceof Element && isPicture(target)) this.#later(PICTURE_DELAY_MS);
    } else if (far && this.owner.getBoundingClientRect().height > TALL) {
      this.bubble.hidePopover();
      this.#later(PICTURE_DELAY_MS);
    }
  }

  /** @param {PointerEvent} event */
  #down({ target, pointerType, clientX, clientY }) {
    this.swallow = false;
    if (!(target instanceof Element) || this.bubble.contains(target)) return;
    this.hide();
    if (pointerType !== "touch") return;
    const owner = target.closest("[title]");
    if (!(owner instanceof HTMLElement)) return;
    this.at = { x: clientX, y: clientY };
    this.#own(owner, false);
    this.#later(LONG_PRESS_MS, () => (this.swallow = true));
  }

  #up() {
    if (this.isShown) return;
    clearTimeout(this.timer);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (!this.swallow) return;
    this.swallow = false;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {FocusEvent} event */
  #focused({ target }) {
    if (!(target instanceof Element) || !target.matches(":focus-visible")) return;
    const owner = target.closest("[title]");
    if (!(owner instanceof HTMLElement)) return;
    this.hide();
    const { left, bottom } = target.getBoundingClientRect();
    this.at = { x: left, y: bottom };
    // Leave the title: on focus the browser doesn't show it, and a screen reader is about to read it.
    this.#own(owner, false);
    this.#later(DELAY_MS);
  }

  /**
   * Find the innermost element with an explanation; that of the present owner may be removed from the document.
   * @param {Element} target
   */
  #ownerOf(target) {
    const owner = target.closest("[title]");
    const isInner = this.owner?.contains(target) && (!owner || owner.contains(this.owner));
    return isInner ? this.owner : owner;
  }

  #leave() {
    clearTimeout(this.timer);
    if (!this.isShown) this.hide();
    else this.timer = setTimeout(() => this.hide(), GRACE_MS);
  }

  #scrolled() {
    if (this.isShown) this.hide();
  }

  /**
   * @param {HTMLElement} owner
   * @param {boolean} take
   */
  #own(owner, take) {
    this.owner = owner;
    if (!take) return;
    this.#take(owner);
    this.watch.observe(owner, { attributes: true, attributeFilter: ["title"] });
  }

  /** @param {HTMLElement} owner */
  #take(owner) {
    this.taken = owner.title;
    owner.removeAttribute("title");
  }

  #renewed() {
    const { owner } = this;
    if (!owner?.hasAttribute("title")) return;
    this.#take(owner);
    if (this.isShown) write(this.text, this.taken ?? "");
  }

  /**
   * @param {number} delay
   * @param {() => void} [then]
   */
  #later(delay, then) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.#show();
      then?.();
    }, delay);
  }

  #show() {
    const { owner, bubble } = this;
    const text = this.taken ?? owner?.title;
    if (!owner?.isConnected || !text) return;
    write(this.text, text);
    // Elements outside a modal dialog can't be hovered, and those outside all landmarks are hard to find.
    (owner.closest("dialog, main, header") ?? document.body).append(bubble);
    bubble.showPopover();
    const box = owner.getBoundingClientRect();
    const { x, y } = this.at;
    const target = box.height > TALL ? new DOMRect(x - 12, y - 12, 24, 24) : box;
    const { left, top } = placeBeside(target, bubble.getBoundingClientRect(), document.documentElement, ["below", "above"]);
    bubble.style.left = `${left}px`;
    bubble.style.top = `${top}px`;
  }
}

/** @param {Element} target */
const isPicture = (target) => target.closest("canvas, .u-wrap") !== null;
