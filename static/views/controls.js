import { find, part, write } from "../dom.js";

/**
 * Start, pause, step, reset, new seed: the buttons and their keys.
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
    this.running = false;
    this.start.addEventListener("click", () => send({ type: this.running ? "pause" : "start" }));
    this.step.addEventListener("click", () => send({ type: "step" }));
    this.reset.addEventListener("click", () => send({ type: "reset" }));
    this.newSeed.addEventListener("click", () => send({ type: "new_seed" }));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    // A click leaves the focus where it is: whoever works with the mouse has the space bar for start and pause, whatever
    // was clicked last. Reached by Tab, a button takes the space bar itself.
    const { parentElement: group } = this.start;
    group?.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} connected
   */
  update(experiment, connected) {
    this.running = experiment?.status === "running";
    this.start.toggleAttribute("data-running", this.running);
    const verb = this.running ? "pause" : "start";
    write(part(this.start, "label"), this.translator.text(`controls.${verb}`));
    this.start.title = this.translator.text(`controls.${verb}.title`);
    const ready = connected && experiment !== null;
    const alive = ready && experiment.status !== "failed";
    this.start.disabled = !alive;
    this.step.disabled = !alive;
    this.reset.disabled = !ready;
    this.newSeed.disabled = !alive;
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
    event.preventDefault();
    button.click();
  }
}

/**
 * Whether the key belongs to what has the focus: a field takes all keys, a button and a link take the space bar.
 * @param {KeyboardEvent} event
 */
function takesKeys({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.closest("input, select, textarea, [contenteditable]")) return true;
  return key === " " && target.closest("button, a, summary") !== null;
}
