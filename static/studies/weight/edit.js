import { isPlainSgd } from "../../state/update.js";
import { find, part, write } from "../../base/dom.js";
import { exact, significant } from "../../base/format.js";
import { causeText } from "./lines.js";

/**
 * The change of a weight by hand and its undoing, and the game: up or down with the next step?
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("./arithmetic.js").OneWeight} Weight
 * @typedef {{type: "set_weight", value: number} | {type: "undo_weight"} | {type: "step"}} Command
 */

const MOST = 1e6;

export class WeightEdit {
  /**
   * @param {HTMLElement} root of the card
   * @param {Translator} translator
   * @param {(command: Command) => void} send
   */
  constructor(root, translator, send) {
    this.translator = translator;
    this.send = send;
    this.form = find(root, "form.weight-edit", HTMLFormElement);
    this.input = find(this.form, "input", HTMLInputElement);
    this.error = part(this.form, "error");
    this.effect = part(this.form, "effect");
    this.apply = find(this.form, 'button[type="submit"]', HTMLButtonElement);
    this.undo = find(this.form, 'button[value="undo"]', HTMLButtonElement);
    this.guesses = [...root.querySelectorAll("button[data-guess]")].filter((button) => button instanceof HTMLButtonElement);
    this.answer = part(root, "answer");
    this.score = { right: 0, made: 0 };
    /** The guessed direction, and after which step. @type {{way: number, step: number, weight: string} | null} */
    this.guess = null;
    /** @type {Weight | null} */
    this.weight = null;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set();
    });
    this.form.addEventListener("input", () => this.#refuse(""));
    this.undo.addEventListener("click", () => send({ type: "undo_weight" }));
    for (const button of this.guesses) button.addEventListener("click", () => this.#guess(Number(button.dataset.guess)));
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   */
  update(experiment, settable) {
    this.apply.disabled = this.input.disabled = !settable;
    this.undo.disabled = !settable || !experiment?.last_edit;
    for (const button of this.guesses) button.disabled = !settable || experiment?.status !== "paused";
  }

  /**
   * @param {Weight} weight
   * @param {boolean} stale whether another one has been requested
   * @param {import("../../base/types.js").Optimizer} optimizer of its lane
   */
  show(weight, stale, optimizer) {
    if (stale) {
      this.guess = null;
      return;
    }
    const moved = this.weight?.now !== weight.now || idOf(this.weight) !== idOf(weight);
    this.weight = weight;
    if (moved && document.activeElement !== this.input) this.input.value = exact(weight.now).replace("−", "-");
    const { origin } = weight;
    const changed = origin !== null && weight.now !== weight.after;
    const { format } = this.translator;
    write(
      this.effect,
      changed
        ? this.translator.text("weight.edit.effect", {
            before: format.loss(origin.loss_updated ?? NaN),
            after: format.loss(origin.loss_now ?? NaN),
          })
        : "",
    );
    this.#tell(weight, optimizer);
  }

  /**
   * Show a refusal.
   * @param {string} message
   */
  refused(message) {
    this.#refuse(message);
    return true;
  }

  #set() {
    const text = this.input.value.trim().replace("−", "-").replace(",", ".");
    const value = Number(text);
    if (text === "" || !Number.isFinite(value) || Math.abs(value) > MOST) {
      this.#refuse(this.translator.text("weight.edit.no_number"));
      this.input.focus();
      return;
    }
    this.send({ type: "set_weight", value });
  }

  /** @param {string} message empty: none */
  #refuse(message) {
    write(this.error, message);
    if (message) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** @param {number} way 1 up, −1 down */
  #guess(way) {
    if (!this.weight) return;
    this.guess = { way, step: this.weight.step, weight: idOf(this.weight) };
    this.send({ type: "step" });
  }

  /**
   * @param {Weight} weight possibly of the guessed step
   * @param {import("../../base/types.js").Optimizer} optimizer
   */
  #tell(weight, optimizer) {
    const { guess, score } = this;
    if (!guess || weight.step <= guess.step || weight.gradient === null) return;
    this.guess = null;
    if (guess.weight !== idOf(weight)) return;
    // An update too small for float32 leaves the weight as it was.
    const went = Math.sign(weight.after - weight.before);
    score.made += 1;
    if (went === guess.way) score.right += 1;
    const key = went === 0 ? "still" : went > 0 ? "up" : "down";
    const { translator } = this;
    const gradient = significant(weight.gradient, 3);
    const why = isPlainSgd(optimizer)
      ? translator.text("weight.guess.since", { gradient })
      : translator.text("weight.guess.besides", { gradient, cause: causeText(optimizer, translator) });
    const step = translator.format.count(weight.lane_step);
    const values = { step, amount: significant(Math.abs(weight.update ?? 0), 3), why, right: score.right, made: score.made };
    write(this.answer, translator.text(`weight.guess.${went === guess.way ? "right" : "wrong"}.${key}`, values));
  }
}

/** @param {Weight | null} weight */
function idOf(weight) {
  return weight ? [weight.lane, ...Object.values(weight.weight)].join() : "";
}
