import { find, part, write } from "../base/dom.js";

/**
 * The buttons: start, pause, step, reset, new seed, and those after a failure. For their keys, see guide/shortcuts.js.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
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
    // A click leaves the focus where it is: whoever works with the mouse has the space bar for start and pause, whatever
    // was clicked last. Reached by Tab, a button takes the space bar itself.
    const { parentElement: group } = this.start;
    group?.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} obeyed whether the server is connected and this viewer may control it
   */
  update(experiment, obeyed) {
    this.running = experiment?.status === "running";
    this.start.toggleAttribute("data-running", this.running);
    const [label, title] = this.running ? ["controls.pause", "controls.pause.title"] : ["controls.start", "controls.start.title"];
    write(part(this.start, "label"), this.translator.text(label));
    this.start.title = this.translator.text(title);
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
}

/** @param {import("../page/page.js").Page} page */
export function joinControls(page) {
  const controls = new Controls(page.translator, page.session.send);
  page.offer(() => controls.update(page.store.experiment, page.obeyed));
}
