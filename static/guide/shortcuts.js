import { keyName, namesIn } from "./keys.js";
import { remember, remembered } from "../base/storage.js";

/**
 * Keys for what people do often while something trains; everything else is reached by Tab. Which key is whose stands in the
 * document, in the control's `aria-keyshortcuts`, where a screen reader finds it too: here a key presses or focuses the control
 * that carries it.
 */

const STORAGE_KEY = "kernelscope.shortcuts";
const CONTROLS = "[aria-keyshortcuts]";
/** These take what is typed; all but Escape is theirs. */
const TYPING = 'input:not([type="range"], [type="checkbox"]), select, textarea, [contenteditable]';

export class Shortcuts {
  constructor() {
    /** Keys without Ctrl or Alt can be in the way of who speaks to the computer. */
    this.enabled = remembered(STORAGE_KEY) !== "off";
    /** Where the focus was before a key took it to a menu or slider. @type {HTMLElement | null} */
    this.from = null;
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    this.enabled = enabled;
    remember(STORAGE_KEY, enabled ? null : "off");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.#leave();
    if (!this.enabled || takesKey(event)) return;
    const carriers = carriersOf(keyName(event));
    if (carriers.length === 0) return;
    event.preventDefault();
    // A key held down would ask for more steps than can be made, and a pause would have to wait for them all.
    if (!event.repeat) this.#use(nextOf(carriers));
  }

  /** @param {HTMLElement} control */
  #use(control) {
    const { activeElement } = document;
    if (!control.matches("button")) {
      this.from = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
      control.focus();
      return;
    }
    // What opens something gets the focus back when that is closed.
    if (control.matches('[aria-haspopup="dialog"]')) control.focus();
    control.click();
  }

  /** Escape leaves a menu or slider, so that the keys are the page's again. */
  #leave() {
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement) || !activeElement.matches(`${CONTROLS}:is(select, input)`)) return;
    if (this.from?.isConnected) this.from.focus();
    else activeElement.blur();
    this.from = null;
  }
}

/**
 * Those that can be used now: seen, not disabled, in the dialog if one is open.
 * @param {string} name
 */
function carriersOf(name) {
  const within = document.querySelector("dialog:modal") ?? document;
  return [...within.querySelectorAll(CONTROLS)].filter(
    /** @returns {control is HTMLElement} */
    (control) =>
      control instanceof HTMLElement &&
      namesIn(control.getAttribute("aria-keyshortcuts")).includes(name) &&
      control.checkVisibility({ visibilityProperty: true }) &&
      !control.matches(":disabled"),
  );
}

/**
 * The first one, or of several the one after that which has the focus.
 * @param {HTMLElement[]} carriers
 */
function nextOf(carriers) {
  const at = carriers.findIndex((control) => control === document.activeElement);
  return carriers[(at + 1) % carriers.length];
}

/**
 * Whether the key belongs to what has the focus: a field takes all keys, a slider the arrows, a button and a link Space and
 * Enter.
 * @param {KeyboardEvent} event
 */
function takesKey({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPING)) return true;
  if (target.matches('input[type="range"]')) return key.startsWith("Arrow");
  return (key === " " || key === "Enter") && target.closest("button, a, summary, input") !== null;
}
