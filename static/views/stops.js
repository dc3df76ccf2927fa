import { find, part, write } from "../dom.js";
import { significant } from "../format.js";
import { fieldsOf, readFields } from "./stop-fields.js";

/**
 * When training is to pause by itself: the line that says so, or why it has, and the dialog in which it is set.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").Experiment} Experiment
 * @typedef {import("../types.js").Stop} Stop
 */

/** @type {Stop} */
const NEVER = { step: null, accuracy: null, divergence: false };

export class Stops {
  /**
   * @param {Translator} translator
   * @param {(command: Record<string, unknown>) => void} send
   * @param {() => number} lastStep
   */
  constructor(translator, send, lastStep) {
    this.translator = translator;
    this.send = send;
    this.lastStep = lastStep;
    this.opener = find(document, "#stop-at", HTMLButtonElement);
    this.dialog = find(document, "#stop-dialog", HTMLDialogElement);
    this.step = find(this.dialog, '[name="step"]', HTMLInputElement);
    this.accuracy = find(this.dialog, '[name="accuracy"]', HTMLInputElement);
    this.divergence = find(this.dialog, '[name="divergence"]', HTMLInputElement);
    this.stepError = part(this.dialog, "step-error");
    this.accuracyError = part(this.dialog, "accuracy-error");
    this.error = part(this.dialog, "error");
    /** In force. */
    this.stop = NEVER;
    /** Asked for: the dialog stays open until it is in force, or is refused. @type {Stop | null} */
    this.asked = null;
    const form = find(this.dialog, "form", HTMLFormElement);
    this.opener.addEventListener("click", () => this.#open());
    find(this.dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    find(this.dialog, '[value="never"]', HTMLButtonElement).addEventListener("click", () => this.#ask(NEVER));
    form.addEventListener("input", () => this.#clear());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   */
  update(experiment, settable) {
    this.stop = experiment?.config.stop ?? NEVER;
    this.#settle();
    const stopped = experiment ? stoppedText(experiment, this.translator) : null;
    const set = stopText(this.stop, this.translator);
    this.opener.disabled = !settable;
    this.opener.toggleAttribute("data-stopped", stopped !== null);
    this.opener.toggleAttribute("data-set", set !== null);
    write(this.opener, stopped ?? set ?? this.translator.text("stop.open"));
    this.opener.title = [set, this.translator.text("stop.open.title")].filter(Boolean).join(". ");
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
    this.send({ type: "set_stop", ...stop });
    this.#settle();
  }

  /** Closes the dialog once what it asked for is so. */
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

/** @param {number} share */
const percentText = (share) => `${significant(share * 100, 5)}%`;

/**
 * For what reasons it will pause; null: for none.
 * @param {Stop} stop
 * @param {Translator} translator
 */
export function stopText({ step, accuracy, divergence }, translator) {
  const { format } = translator;
  const reasons = [
    step === null ? "" : translator.text("stop.set.step", { step: format.count(step) }),
    accuracy === null ? "" : translator.text("stop.set.accuracy", { accuracy: percentText(accuracy) }),
    divergence ? translator.text("stop.set.divergence") : "",
  ].filter(Boolean);
  if (reasons.length === 0) return null;
  return translator.text("stop.set", { reasons: reasons.join(translator.text("stop.set.and")) });
}

/**
 * Why it has paused by itself; null: it has not.
 * @param {Experiment} experiment
 * @param {Translator} translator
 */
export function stoppedText({ stopped, config, lanes }, translator) {
  if (!stopped) return null;
  const { format } = translator;
  const collapsed = lanes.find(({ id }) => id === stopped.lane)?.status === "collapsed";
  const reason = stopped.reason !== "divergence" ? stopped.reason : collapsed ? "collapsed" : "diverged";
  return translator.text(`stop.stopped.${reason}`, {
    step: format.count(stopped.step),
    lane: stopped.lane ?? "",
    accuracy: config.stop.accuracy === null ? "" : percentText(config.stop.accuracy),
  });
}
