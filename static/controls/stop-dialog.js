import { find, part, write } from "../base/dom.js";
import { fieldsOf, readFields } from "./stop-fields.js";

/**
 * The dialog that sets when training pauses by itself.
 *
 * @typedef {import("../base/types.js").Stop} Stop
 */

/** @type {Stop} */
const NEVER = { step: null, accuracy: null, divergence: false };

export class StopDialog {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, translator, session, refusals }) {
    this.translator = translator;
    this.send = session.send;
    this.lastStep = () => store.series.lastStep;
    this.dialog = find(document, "#stop-dialog", HTMLDialogElement);
    this.step = find(this.dialog, '[name="step"]', HTMLInputElement);
    this.accuracy = find(this.dialog, '[name="accuracy"]', HTMLInputElement);
    this.divergence = find(this.dialog, '[name="divergence"]', HTMLInputElement);
    this.stepError = part(this.dialog, "step-error");
    this.accuracyError = part(this.dialog, "accuracy-error");
    this.error = part(this.dialog, "error");
    /** In force. */
    this.stop = NEVER;
    /** Requested: the dialog stays open until it is in force or refused. @type {Stop | null} */
    this.asked = null;
    const form = find(this.dialog, "form", HTMLFormElement);
    find(document, "#stop-at", HTMLButtonElement).addEventListener("click", () => this.#open());
    find(this.dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    find(this.dialog, '[value="never"]', HTMLButtonElement).addEventListener("click", () => this.#ask(NEVER));
    form.addEventListener("input", () => this.#clear());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    const update = () => this.update(store.experiment?.config.stop ?? NEVER);
    store.on("experiment", update);
    update();
    refusals.on("set_stop", (message) => this.refused(message));
  }

  /** @param {Stop} stop that is in force */
  update(stop) {
    this.stop = stop;
    this.#settle();
  }

  /**
   * @param {string} message
   * @returns {boolean} whether it is shown here
   */
  refused(message) {
    if (!this.asked) return false;
    this.asked = null;
    write(this.error, this.translator.text("lane.rate.refused", { message }));
    return this.dialog.open;
  }

  #open() {
    const { step, accuracy, divergence } = fieldsOf(this.stop);
    this.step.value = step;
    this.accuracy.value = accuracy;
    this.divergence.checked = divergence;
    this.#clear();
    this.dialog.showModal();
  }

  #apply() {
    const fields = { step: this.step.value, accuracy: this.accuracy.value, divergence: this.divergence.checked };
    const { stop, errors } = readFields(fields, this.stop, this.lastStep());
    if (stop) {
      this.#ask(stop);
      return;
    }
    this.#complain(this.step, this.stepError, errors.step);
    this.#complain(this.accuracy, this.accuracyError, errors.accuracy);
    (errors.step ? this.step : this.accuracy).focus();
  }

  /**
   * @param {HTMLInputElement} input
   * @param {HTMLElement} place
   * @param {string | null} error
   */
  #complain(input, place, error) {
    const values = { step: this.translator.format.count(this.lastStep()) };
    write(place, error ? this.translator.text(`stop.error.${error}`, values) : "");
    input.setAttribute("aria-invalid", String(error !== null));
  }

  /** @param {Stop} stop */
  #ask(stop) {
    this.asked = stop;
    this.send({ type: "set_stop", stop });
    this.#settle();
  }

  /** Close the dialog once its request is in force. */
  #settle() {
    if (!this.asked || !isSame(this.asked, this.stop)) return;
    this.asked = null;
    this.dialog.close();
  }

  #clear() {
    this.#complain(this.step, this.stepError, null);
    this.#complain(this.accuracy, this.accuracyError, null);
    write(this.error, "");
  }
}

/**
 * @param {Stop} one
 * @param {Stop} other
 */
function isSame(one, other) {
  return one.step === other.step && one.accuracy === other.accuracy && one.divergence === other.divergence;
}
