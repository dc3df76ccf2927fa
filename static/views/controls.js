import { find, part, write } from "../dom.js";

/**
 * Start, pause, step, reset, new seed, and the ways on after a failure: the buttons and their keys.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").Experiment} Experiment
 */

export class Controls {
  /**
   * @param {Translator} translator
   * @param {(command: Record<string, unknown>) => void} send
   */
  constructor(translator, send) {
    this.translator = translator;
    this.start = find(document, "#start", HTMLButtonElement);
    this.step = find(document, "#step", HTMLButtonElement);
    this.reset = find(document, "#reset", HTMLButtonElement);
    this.newSeed = find(document, "#new-seed", HTMLButtonElement);
    this.afterFailure = find(document, "#after-failure", HTMLElement);
    this.restart = find(document, "#restart", HTMLButtonElement);
    this.running = false;
    this.start.addEventListener("click", () => send({ type: this.running ? "pause" : "start" }));
    this.step.addEventListener("click", () => send({ type: "step" }));
    for (const reset of [this.reset, find(document, "#reset-failed", HTMLButtonElement)]) {
      reset.addEventListener("click", () => send({ type: "reset" }));
    }
    this.restart.addEventListener("click", () => send({ type: "restart" }));
    this.newSeed.addEventListener("click", () => send({ type: "new_seed" }));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    // A click leaves the focus where it is: whoever works with the mouse has the space bar for start and pause, whatever
    // was clicked last. Reached by Tab, a button takes the space bar itself.
    const { parentElement: group } = this.start;
    group?.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} obeyed whether there is a server that obeys this viewer
   */
  update(experiment, obeyed) {
    this.running = experiment?.status === "running";
    this.start.toggleAttribute("data-running", this.running);
    const verb = this.running ? "pause" : "start";
    write(part(this.start, "label"), this.translator.text(`controls.${verb}`));
    this.start.title = this.translator.text(`controls.${verb}.title`);
    const ready = obeyed && experiment !== null;
    const failed = experiment?.status === "failed";
    this.start.disabled = !ready || failed;
    this.step.disabled = !ready || failed;
    this.reset.disabled = !ready;
    this.newSeed.disabled = !ready || failed;
    this.afterFailure.hidden = !ready || !failed;
    const from = experiment?.restart_step ?? null;
    this.restart.hidden = from === null;
    const step = this.translator.format.count(from ?? 0);
    write(this.restart, this.translator.text("controls.restart", { step }));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || takesKeys(event)) return;
    if (event.key === " " && !event.repeat) this.#press(this.start, event);
    // A key held down would ask for more steps than can be made, and a pause would have to wait for them all.
    else if (!event.repeat && (event.key.toLowerCase() === "s" || event.key === "ArrowRight")) this.#press(this.step, event);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {KeyboardEvent} event
   */
  #press(button, event) {
    if (button.disabled) return;
    event.preventDefault();
    button.click();
  }
}

/**
 * Whether the key belongs to what has the focus: a field takes all keys, a slider the arrows, a button and a link the
 * space bar.
 * @param {KeyboardEvent} event
 */
function takesKeys({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.matches('input[type="range"]')) return key.startsWith("Arrow");
  if (target.closest("input, select, textarea, [contenteditable]")) return true;
  return key === " " && target.closest("button, a, summary") !== null;
}
