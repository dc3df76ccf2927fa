import { find, part, write } from "../base/dom.js";
import { fieldText, rateText } from "../base/format.js";
import { parseRate, rateChoices } from "./rate.js";

/**
 * The control of a lane's learning rate: a menu in decades, whose last entry opens a field for any other rate. The server decides
 * what is allowed; its refusal is shown at the field.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 */

const OTHER = "other";
const REFUSAL_SHOWN_MS = 8000;

export class RateControl {
  /**
   * @param {HTMLElement} root the lane's section
   * @param {Translator} translator
   * @param {(rate: number) => void} onRate
   */
  constructor(root, translator, onRate) {
    this.translator = translator;
    this.onRate = onRate;
    this.label = find(root, ".rate-label", HTMLElement);
    this.select = find(root, ".rate", HTMLSelectElement);
    this.entry = find(root, ".rate-entry", HTMLInputElement);
    this.error = part(root, "rate-error");
    /** The present rate, and the one last requested. */
    this.rate = NaN;
    this.asked = NaN;
    this.errorTimer = 0;
    this.select.addEventListener("change", () => this.#chosen());
    this.entry.addEventListener("keydown", (event) => this.#typed(event));
    this.entry.addEventListener("input", () => this.#clearError());
    this.entry.addEventListener("blur", () => this.#close());
  }

  /** @param {number} rate the present one, from the server */
  update(rate) {
    if (rate === this.rate) return;
    this.rate = rate;
    this.#clearError();
    const options = rateChoices(rate).map((choice) => new Option(rateText(choice), String(choice)));
    this.select.replaceChildren(...options, new Option(this.translator.text("lane.rate.other"), OTHER));
    this.select.value = String(rate);
    if (rate === this.asked) this.#close();
  }

  /** @param {boolean} connected whether a rate can be set */
  enable(connected) {
    this.select.disabled = !connected;
    this.entry.disabled = !connected;
  }

  /** @param {string} message */
  refuse(message) {
    this.#showError(this.translator.text("lane.rate.refused", { message }));
  }

  #chosen() {
    const { value } = this.select;
    // The menu shows the present rate until the server confirms the new one.
    this.select.value = String(this.rate);
    if (value === OTHER) this.#open();
    else this.#ask(Number(value));
  }

  #open() {
    this.label.hidden = true;
    this.entry.hidden = false;
    this.entry.value = fieldText(this.rate);
    this.entry.focus();
    this.entry.select();
  }

  /** @param {KeyboardEvent} event */
  #typed(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    // The focus moves to the menu, which this key would open.
    event.preventDefault();
    const rate = parseRate(this.entry.value);
    // An unchanged text means the present rate, to its last bit.
    const isUntouched = this.entry.value === fieldText(this.rate) || rate === this.rate;
    if (event.key === "Escape" || isUntouched) this.#close();
    else if (!Number.isFinite(rate)) this.#showError(this.translator.text("lane.rate.no_number"));
    else this.#ask(rate);
  }

  /** @param {number} rate */
  #ask(rate) {
    this.asked = rate;
    this.onRate(rate);
  }

  #close() {
    const focused = document.activeElement === this.entry;
    this.#clearError();
    this.label.hidden = false;
    this.entry.hidden = true;
    if (focused) this.select.focus();
  }

  /** @param {string} text */
  #showError(text) {
    write(this.error, text);
    this.error.hidden = false;
    this.entry.setAttribute("aria-invalid", "true");
    clearTimeout(this.errorTimer);
    this.errorTimer = setTimeout(() => this.#clearError(), REFUSAL_SHOWN_MS);
  }

  #clearError() {
    clearTimeout(this.errorTimer);
    this.error.hidden = true;
    this.entry.removeAttribute("aria-invalid");
  }
}
