import { find, part, TEXT_FIELDS, write } from "../base/dom.js";
import { left } from "../page/way-back.js";

/**
 * The button beside Reset that takes back what has replaced a run: a reset, another seed, other lanes, or another experiment's settings.
 * After such a press on this page, a passing message offers it too.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Undoable} Undoable
 */

/**
 * What Undo does now, and what that is called. While new lanes catch up, the change that they are part of is taken back before it is
 * made.
 *
 * @param {Pick<import("../base/types.js").Experiment, "catching_up" | "undo">} experiment
 */
export function undoing({ catching_up: coming, undo }) {
  if (coming) return { of: "lanes", step: coming.target, message: { type: "cancel" } };
  return undo && { of: undo.of, step: undo.step, message: { type: "undo", run: undo.run } };
}

/**
 * @param {Pick<Undoable, "step"> & {of: string}} undo
 * @param {Translator} translator
 */
export function undoText({ of, step }, translator) {
  return translator.text(`undo.${of}`, { step: translator.format.count(step) });
}

export class Undo {
  /** @param {import("../page/page.js").Page} page */
  constructor({ id, store, translator, session, notices, sending }) {
    this.store = store;
    this.translator = translator;
    this.send = session.send;
    this.notices = notices;
    this.button = find(document, "#undo", HTMLButtonElement);
    this.label = part(this.button, "label");
    /** The experiment whose settings this one has changed. */
    this.before = left(id);
    /** The run that can be brought back, as it was last told. @type {Undoable | null} */
    this.undo = null;
    /** What a press does now. @type {ReturnType<typeof undoing>} */
    this.next = null;
    /** Whether this page has asked for what can be taken back next. */
    this.asked = false;
    this.button.addEventListener("click", () => this.#act());
    sending.add(({ type }) => (this.asked = type !== "cancel" && (this.asked || REPLACING.includes(String(type)))));
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {boolean} obeyed whether the server is connected and this viewer may control the experiment */
  update(obeyed) {
    const { experiment } = this.store;
    const undo = experiment?.undo ?? null;
    const isNew = this.asked && undo !== null && undo.of !== "undo" && (undo.run !== this.undo?.run || undo.of !== this.undo.of);
    this.undo = undo;
    this.next = experiment && undoing(experiment);
    const text = this.#text;
    this.button.disabled = !obeyed || text === null;
    write(this.label, text ?? this.translator.text("undo.nothing"));
    this.button.title = text ?? this.translator.text("undo.title");
    this.button.toggleAttribute("data-again", this.#isAgain);
    if (isNew && obeyed && text !== null) {
      this.asked = false;
      this.notices.offer(text, () => this.#act());
    } else if (undo === null || undo.of === "undo" || experiment?.catching_up) this.notices.withdraw();
  }

  get #text() {
    if (this.next) return undoText(this.next, this.translator);
    return this.before ? this.translator.text("undo.experiment") : null;
  }

  get #isAgain() {
    return this.next?.of === "undo";
  }

  #act() {
    if (this.next) this.send(this.next.message);
    else if (this.before) location.assign(this.before);
  }

  /**
   * Ctrl+Z takes back, Ctrl+Shift+Z and Ctrl+Y do it again; in a text field they are the field's.
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    const { key, code, target } = event;
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || event.repeat) return;
    if (target instanceof Element && target.closest(`${TEXT_FIELDS}, dialog`)) return;
    const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
    const isAgain = letter === "y" || (letter === "z" && event.shiftKey);
    if ((letter !== "z" && letter !== "y") || this.button.disabled || isAgain !== this.#isAgain) return;
    event.preventDefault();
    this.button.click();
  }
}

/** Messages that may replace a run. */
const REPLACING = ["reset", "new_seed", "set_lanes"];

/** @param {import("../page/page.js").Page} page */
export function joinUndo(page) {
  const undo = new Undo(page);
  page.offer(() => undo.update(page.obeyed));
}
