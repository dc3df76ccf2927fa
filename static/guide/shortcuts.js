import { isReachable, TEXT_FIELDS } from "../base/dom.js";
import { keyName, namesIn } from "./keys.js";
import { remember, remembered } from "../base/storage.js";

/**
 * Keys for what people do often during training; everything else is reached by Tab. A control's key is in its `aria-keyshortcuts`,
 * where a screen reader finds it too; the key presses or focuses that control.
 */

const STORAGE_KEY = "kernelscope.shortcuts";
const CONTROLS = "[aria-keyshortcuts]";
/** Elements that take all keys but Escape themselves. */
const TYPING = `${TEXT_FIELDS}, select`;

export class Shortcuts {
  /** @param {import("./focus.js").Focus} focus */
  constructor(focus) {
    this.focus = focus;
    /** Keys without Ctrl or Alt can get in the way of speech input, so they can be turned off. */
    this.enabled = remembered(STORAGE_KEY) !== "off";
    /** Where the focus was before a key took it to a menu or slider. @type {HTMLElement | null} */
    this.from = null;
    document.addEventListener("keydown", (event) => this.#pressed(event));
    // Firefox presses a button when Space is let go, whatever became of the key.
    document.addEventListener("keyup", (event) => this.#released(event));
    /** Whether Space was used here and is still held. */
    this.holdsSpace = false;
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
    if (!this.enabled || this.#isTaken(event)) return;
    const carriers = carriersOf(keyName(event));
    if (carriers.length === 0) return;
    event.preventDefault();
    this.holdsSpace = event.key === " ";
    // A key held down would request more steps than can be made, and a pause would have to wait for them all.
    if (!event.repeat) this.#use(nextOf(carriers));
  }

  /** @param {KeyboardEvent} event */
  #released(event) {
    if (!this.holdsSpace || event.key !== " ") return;
    this.holdsSpace = false;
    event.preventDefault();
  }

  /**
   * Whether the focused element takes the key: a field takes all keys, a slider the arrows, a control Enter; Space only one that was
   * reached by the keyboard, because everywhere else Space starts and pauses.
   * @param {KeyboardEvent} event
   */
  #isTaken({ target, key }) {
    if (!(target instanceof Element)) return false;
    if (target.closest(TYPING)) return true;
    if (target.matches('input[type="range"], input[type="radio"]') && key.startsWith("Arrow")) return true;
    if (key === "Enter") return target.closest("button, a, summary, input") !== null;
    const pressed = key === " " ? target.closest("button, summary, input") : null;
    return pressed !== null && this.focus.isReached(pressed);
  }

  /** @param {HTMLElement} control */
  #use(control) {
    const { activeElement } = document;
    if (!control.matches("button")) {
      this.from = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
      control.focus();
      return;
    }
    // A control that opens a dialog gets the focus back when that closes.
    if (control.matches('[aria-haspopup="dialog"]')) control.focus();
    control.click();
  }

  /** Leave a menu or slider, so that the keys are the page's again. */
  #leave() {
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement) || !activeElement.matches(`${CONTROLS}:is(select, input)`)) return;
    if (this.from?.isConnected) this.from.focus();
    else activeElement.blur();
    this.from = null;
  }
}

/**
 * The controls with this key that can be used now: visible, enabled, and in the dialog if one is open.
 * @param {string} name
 */
function carriersOf(name) {
  const within = document.querySelector("dialog:modal") ?? document;
  return [...within.querySelectorAll(CONTROLS)].filter(
    /** @returns {control is HTMLElement} */
    (control) =>
      control instanceof HTMLElement &&
      namesIn(control.getAttribute("aria-keyshortcuts")).includes(name) &&
      isReachable(control) &&
      !control.matches(":disabled"),
  );
}

/**
 * The first control, or the one after the focused one.
 * @param {HTMLElement[]} carriers
 */
function nextOf(carriers) {
  const at = carriers.findIndex((control) => control === document.activeElement);
  return carriers[(at + 1) % carriers.length];
}
