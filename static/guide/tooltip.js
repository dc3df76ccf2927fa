import { find, part, write } from "../base/dom.js";
import { fittingPlace } from "../base/placing.js";

/**
 * The bubble with the explanation of an element on which the pointer rests, which the Tab key has reached, or which is long-pressed.
 * Explanations are plain `title` attributes, removed only while the element is pointed at, because the browser would show them too.
 *
 * They are quiet. A bubble never lies over what it explains, nor over the form or dialog that this belongs to; where there is no room
 * beside it, there is none. It takes no click, goes with one, and doesn't come again before the pointer has been elsewhere. A picture
 * has none, because its numbers are read there; the help has its explanation, too. The tour and the help explain enough.
 */

const DELAY_MS = 600;
const LONG_PRESS_MS = 500;
/** Pixels of movement after which a finger isn't held still any more. */
const FAR = 24;
/** What has a readout of its own. */
const PICTURES = "canvas, .u-wrap";
const EXPLAINING = ".tour, #help[open]";
/** What people read from top to bottom: no bubble covers the next line. */
const FORMS = "dialog, form, .menu-panel";

export class Tooltip {
  constructor() {
    this.bubble = find(document, "#tooltip", HTMLElement);
    this.text = part(this.bubble, "text");
    /** The element that is explained, or is about to be. @type {HTMLElement | null} */
    this.owner = null;
    /** Its title, while removed from the document. @type {string | null} */
    this.taken = null;
    /** The element that was pressed, which is not explained until the pointer has left it. @type {HTMLElement | null} */
    this.pressed = null;
    /** Where the pointer last was. */
    this.pointer = { x: NaN, y: NaN };
    this.timer = 0;
    /** Whether the focus is being moved by the Tab key. */
    this.tabbing = false;
    /** Whether to ignore the click that ends a long press on a button. */
    this.swallow = false;
    // A title written while we hold the old one replaces that.
    this.watch = new MutationObserver(() => this.#renewed());
    const capture = { capture: true };
    document.addEventListener("pointerover", (event) => this.#entered(event));
    document.addEventListener("pointermove", (event) => this.#moved(event), { passive: true });
    document.addEventListener("pointerdown", (event) => this.#down(event), capture);
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => this.#up());
    document.addEventListener("click", (event) => this.#clicked(event), capture);
    document.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && this.hide());
    document.addEventListener("keydown", ({ key }) => this.#typed(key), capture);
    document.addEventListener("keyup", () => (this.tabbing = false), capture);
    document.addEventListener("focusin", ({ target }) => this.#focused(target));
    document.addEventListener("focusout", () => this.hide());
    document.addEventListener("scroll", () => this.hide(), { capture: true, passive: true });
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
  #entered({ target, pointerType, clientX: x, clientY: y }) {
    if (pointerType === "touch" || !(target instanceof Element)) return;
    if (!this.pressed?.contains(target)) this.pressed = null;
    // The page has changed under a resting pointer.
    if (x === this.pointer.x && y === this.pointer.y) return;
    this.pointer = { x, y };
    const owner = this.#ownerOf(target);
    if (owner && owner === this.owner) return;
    this.hide();
    if (owner instanceof HTMLElement && !this.pressed) this.#explain(owner, { takes: true, shows: !target.closest(PICTURES) });
  }

  /** @param {PointerEvent} event */
  #moved({ pointerType, clientX: x, clientY: y }) {
    const far = Math.hypot(x - this.pointer.x, y - this.pointer.y) > FAR;
    if (pointerType === "touch") {
      if (far && !this.isShown) this.hide();
      return;
    }
    this.pointer = { x, y };
    // Or the browser would explain it.
    if (this.pressed && !this.owner) this.#explain(this.pressed, { takes: true, shows: false });
  }

  /** @param {PointerEvent} event */
  #down({ target, pointerType, clientX: x, clientY: y }) {
    this.swallow = false;
    this.tabbing = false;
    this.hide();
    const owner = target instanceof Element ? target.closest("[title]") : null;
    this.pressed = owner instanceof HTMLElement ? owner : null;
    if (pointerType !== "touch" || !this.pressed) return;
    this.pointer = { x, y };
    this.#explain(this.pressed, { delay: LONG_PRESS_MS, pressed: true });
  }

  #up() {
    if (!this.isShown) clearTimeout(this.timer);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (this.swallow) {
      event.preventDefault();
      event.stopPropagation();
    }
    this.swallow = false;
  }

  /** @param {string} key */
  #typed(key) {
    this.tabbing = key === "Tab";
    this.hide();
  }

  /** @param {EventTarget | null} target */
  #focused(target) {
    const owner = this.tabbing && target instanceof Element && target.matches(":focus-visible") ? target.closest("[title]") : null;
    // Leave the title: on focus the browser doesn't show it, and a screen reader is about to read it.
    if (owner instanceof HTMLElement) this.#explain(owner, {});
  }

  /**
   * Find the innermost element with an explanation; that of the present owner may be removed from the document.
   * @param {Element} target
   */
  #ownerOf(target) {
    const owner = target.closest("[title]");
    const isInner = this.owner?.contains(target) && this.taken !== null && (!owner || owner.contains(this.owner));
    return isInner ? this.owner : owner;
  }

  /**
   * @param {HTMLElement} owner
   * @param {{takes?: boolean, shows?: boolean, delay?: number, pressed?: boolean}} how  takes: remove the title meanwhile
   */
  #explain(owner, { takes = false, shows = true, delay = DELAY_MS, pressed = false }) {
    this.hide();
    this.owner = owner;
    if (takes) {
      this.#take(owner);
      this.watch.observe(owner, { attributes: true, attributeFilter: ["title"] });
    }
    if (shows) this.timer = setTimeout(() => (this.swallow = this.#show(pressed) && pressed), delay);
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
   * @param {boolean} pressed whether it was asked for by a long press: then it may lie over a form
   * @returns {boolean} whether there was something to show, and room for it
   */
  #show(pressed) {
    const { owner, bubble } = this;
    const text = this.taken ?? owner?.title;
    if (!owner?.isConnected || !text || document.querySelector(EXPLAINING)) return false;
    write(this.text, text);
    const dialog = owner.closest("dialog");
    // Elements outside a modal dialog are inert, and those outside all landmarks are hard to find.
    (dialog ?? owner.closest("main, header") ?? document.body).append(bubble);
    bubble.showPopover();
    const form = pressed ? null : (dialog ?? owner.closest(FORMS));
    const around = (form ?? owner).getBoundingClientRect();
    const { left, top, width, height } = owner.getBoundingClientRect();
    const size = bubble.getBoundingClientRect();
    // Beside a form it stands at the height of its field.
    const place = form
      ? fittingPlace({ left: around.left, width: around.width, top, height }, size, document.documentElement, ["right", "left"])
      : fittingPlace({ left, top, width, height }, size, document.documentElement, ["below", "above", "right", "left"]);
    if (!place) {
      bubble.hidePopover();
      return false;
    }
    bubble.style.left = `${place.left}px`;
    bubble.style.top = `${place.top}px`;
    return true;
  }
}
