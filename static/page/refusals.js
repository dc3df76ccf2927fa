import { uncaught } from "../base/apart.js";
import { find, part, write } from "../base/dom.js";
import { placeBeside } from "../base/placing.js";
import { errorText, loadProblemWords } from "../base/problems.js";

/**
 * Refusals of the server, shown where the request was made: by the feature that made it, else in a bubble beside the control that was
 * used or, if that is gone, as a passing message. The focus stays where it is.
 *
 * @typedef {import("../base/types.js").ServerError} ServerError
 */

const SHOWN_MS = 8000;
const CONTROL = "button, select, input, textarea, [tabindex]";

export class Refusals {
  /**
   * @param {import("./notices.js").Notices} notices
   * @param {import("../base/i18n.js").Translator} translator
   */
  constructor(notices, translator) {
    this.notices = notices;
    this.translator = translator;
    /** Features that show refusals themselves, by type of message. @type {Map<string, (message: string, error: ServerError) => boolean>} */
    this.handlers = new Map();
    this.bubble = find(document, "#refusal", HTMLElement);
    this.text = part(this.bubble, "text");
    /** The control that was used last. @type {HTMLElement | null} */
    this.used = null;
    /** The control behind the last message of each type. @type {Map<string, HTMLElement>} */
    this.askers = new Map();
    /** The control that the bubble belongs to. @type {HTMLElement | null} */
    this.owner = null;
    this.timer = 0;
    for (const type of ["click", "input", "change", "submit", "keydown"]) {
      document.addEventListener(type, (event) => this.#remember(event), { capture: true });
    }
    for (const type of ["pointerdown", "scroll"]) document.addEventListener(type, () => this.hide(), { capture: true, passive: true });
  }

  /**
   * @param {string} about the type of the messages
   * @param {(message: string, error: ServerError) => boolean} handler returns whether it has shown it
   */
  on(about, handler) {
    this.handlers.set(about, handler);
  }

  /** @param {ServerError} error shown in the page's language if its words can be loaded */
  async refuse(error) {
    const { about } = error;
    const words = await loadProblemWords().catch(uncaught);
    const message = words ? errorText(error, words) : error.message;
    if (about !== null && this.handlers.get(about)?.(message, error)) return;
    this.#say(about, this.translator.text("lane.rate.refused", { message }));
  }

  /** @param {unknown} type of a message about to be sent */
  asked(type) {
    if (this.used && typeof type === "string") this.askers.set(type, this.used);
  }

  /**
   * @param {string | null} about the type of the refused message
   * @param {string} text
   */
  #say(about, text) {
    const asker = about === null ? undefined : this.askers.get(about);
    if (!asker?.isConnected || !asker.checkVisibility({ visibilityProperty: true })) {
      this.notices.toast(text);
      return;
    }
    this.hide();
    this.owner = asker;
    (asker.closest("dialog, main, header") ?? document.body).append(this.bubble);
    write(this.text, text);
    this.bubble.showPopover();
    const sides = /** @type {import("../base/placing.js").Side[]} */ (["below", "above"]);
    const { left, top } = placeBeside(asker.getBoundingClientRect(), this.bubble.getBoundingClientRect(), document.documentElement, sides);
    this.bubble.style.left = `${left}px`;
    this.bubble.style.top = `${top}px`;
    if (asker.matches("input, select, textarea")) asker.setAttribute("aria-invalid", "true");
    asker.setAttribute("aria-errormessage", this.bubble.id);
    this.timer = setTimeout(() => this.hide(), SHOWN_MS);
  }

  hide() {
    clearTimeout(this.timer);
    if (!this.owner) return;
    this.owner.removeAttribute("aria-invalid");
    this.owner.removeAttribute("aria-errormessage");
    this.owner = null;
    this.bubble.hidePopover();
    write(this.text, "");
  }

  /** @param {Event} event */
  #remember({ type, target }) {
    if (!(target instanceof Element)) return;
    const control = target.closest(CONTROL);
    if (control instanceof HTMLElement) this.used = control;
    if (type === "keydown") this.hide();
  }
}
