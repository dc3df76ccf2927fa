import { find, write } from "../base/dom.js";
import { fieldText } from "../base/format.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/**
 * What the status line says of when training is to pause by itself, or why it has: the button that opens the dialog for it.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").Stop} Stop
 */

export class StopLine {
  /** @param {Translator} translator */
  constructor(translator) {
    this.translator = translator;
    this.opener = find(document, "#stop-at", HTMLButtonElement);
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   */
  update(experiment, settable) {
    const { opener, translator } = this;
    const stopped = experiment && stoppedText(experiment, translator);
    const set = experiment && stopText(experiment.config.stop, translator);
    opener.disabled = !settable;
    opener.toggleAttribute("data-stopped", stopped !== null);
    opener.toggleAttribute("data-set", set !== null);
    write(opener, stopped ?? set ?? translator.text("stop.open"));
    const said = [stopped, set, translator.text("stop.open.title")].filter((one) => one !== null);
    opener.title = translator.join("remarks", said);
  }
}

/** @param {number} share */
const percentText = (share) => `${fieldText(share * 100)}%`;

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
  return translator.text("stop.set", { reasons: translator.join("list", reasons) });
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
  const { step, test_step: tested } = stopped;
  const reached = tested !== null && tested !== step ? "accuracy.tested" : "accuracy";
  const reason = { step: "step", accuracy: reached, divergence: collapsed ? "collapsed" : "diverged" }[stopped.reason];
  return translator.text(`stop.stopped.${reason}`, {
    step: format.count(step),
    tested: format.count(tested ?? step),
    lane: stopped.lane ?? "",
    accuracy: config.stop.accuracy === null ? "" : percentText(config.stop.accuracy),
  });
}

/** @param {import("../page/page.js").Page} page */
export function joinStopLine(page) {
  const line = new StopLine(page.translator);
  page.offer(() => line.update(page.store.experiment, page.settable));
  opens(line.opener, new Part(async () => new (await import("./stop-dialog.js")).StopDialog(page)));
}
