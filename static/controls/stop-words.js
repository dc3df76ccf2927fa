import { fieldText } from "../base/format.js";

/**
 * The conditions for pausing by itself, and the reason for having paused, in words. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").Stop} Stop
 */

/** @param {number} share */
const percentText = (share) => `${fieldText(share * 100)}%`;

/**
 * Name the conditions on which it will pause; null: there are none. A step that has passed is none, until the run begins again.
 * @param {Stop} stop
 * @param {Translator} translator
 * @param {number} now the last step made
 */
export function stopText({ step, accuracy, divergence }, translator, now) {
  const { format } = translator;
  const reasons = [
    step === null || step <= now ? "" : translator.text("stop.set.step", { step: format.count(step) }),
    accuracy === null ? "" : translator.text("stop.set.accuracy", { accuracy: percentText(accuracy) }),
    divergence ? translator.text("stop.set.divergence") : "",
  ].filter(Boolean);
  if (reasons.length === 0) return null;
  return translator.text("stop.set", { reasons: translator.join("list", reasons) });
}

/**
 * Say why it has paused by itself; null: it has not.
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
