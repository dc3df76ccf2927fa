import { find, write } from "../base/dom.js";
import { addFragment } from "../page/fragment.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";
import { stoppedText, stopText } from "./stop-words.js";

/**
 * The button in the status line that says when training will pause by itself, or why it has, and opens the dialog.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 */

export class StopLine {
  /** @param {Translator} translator */
  constructor(translator) {
    this.translator = translator;
    this.opener = find(document, "#stop-at", HTMLButtonElement);
    /** The step that is promised. @type {number | null} */
    this.next = null;
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   * @param {number} now the last step made
   */
  update(experiment, settable, now) {
    const { opener, translator } = this;
    const stopped = experiment && stoppedText(experiment, translator);
    const set = experiment && stopText(experiment.config.stop, translator, now);
    this.next = nextStop(experiment, now);
    opener.disabled = !settable;
    opener.toggleAttribute("data-stopped", stopped !== null);
    opener.toggleAttribute("data-set", set !== null);
    write(opener, stopped ?? set ?? translator.text("stop.open"));
    const said = [stopped, set, translator.text("stop.open.title")].filter((one) => one !== null);
    opener.title = translator.join("remarks", said);
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinStopLine(page) {
  const line = new StopLine(page.translator);
  const { store } = page;
  const update = () => line.update(store.experiment, page.settable, store.series.lastStep);
  page.offer(update);
  for (const topic of /** @type {const} */ (["run", "scalars"])) {
    store.on(topic, () => {
      if (nextStop(store.experiment, store.series.lastStep) !== line.next) update();
    });
  }
  const dialog = new Part(async () => {
    const [{ StopDialog }] = await Promise.all([import("./stop-dialog.js"), addFragment("stop-dialog", page.translator)]);
    return new StopDialog(page);
  });
  opens(line.opener, dialog);
}

/**
 * @param {Experiment | null} experiment
 * @param {number} now
 */
function nextStop(experiment, now) {
  const step = experiment?.config.stop.step ?? null;
  return step !== null && step > now ? step : null;
}
