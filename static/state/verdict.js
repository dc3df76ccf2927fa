/**
 * The status of a lane and the verdict of its newest test, in words. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("../base/types.js").Verdict} Verdict
 */

import { layerName } from "./description.js";

/**
 * The status of a lane, now or at an earlier step.
 * @param {Lane} lane
 * @param {number | null} past that step
 */
export function statusAt({ status, step: since }, past) {
  return past !== null && since !== null && since > past ? "training" : status;
}

/**
 * Say what happened to a lane, when and why; null while it is training.
 * @param {Lane} lane
 * @param {Translator} translator
 */
export function laneEvent({ status, step, cause, reason }, translator) {
  if (status === "training") return null;
  const key = status === "diverged" ? `lane.fact.diverged.${cause}` : "lane.fact.collapsed";
  // A cause that this page doesn't know comes with the server's own sentence.
  if (!translator.has(key)) return reason;
  return translator.text(key, { step: translator.format.count(step ?? NaN), layer: layerName(cause ?? "", translator) });
}

/**
 * Put the verdict on a lane into words; null for a kind that this page doesn't know.
 * @param {Verdict} verdict
 * @param {Translator} translator
 */
export function verdictText({ kind, numbers }, translator) {
  const { format } = translator;
  const of = (/** @type {string} */ name) => /** @type {number} */ (numbers[name] ?? Infinity);
  const counts = ["step", "since"].map((name) => [name, format.count(of(name))]);
  const losses = ["loss", "before", "training", "guessing", "other_loss"].map((name) => [name, format.loss(of(name))]);
  const { loss, before } = Object.fromEntries(losses);
  const key = variant(`verdict.${kind}`, numbers, of("loss") > of("before") && loss !== before);
  if (!translator.has(key)) return null;
  const shares = ["accuracy", "other_accuracy"].map((name) => [name, format.percent(of(name))]);
  const rest = { other: String(numbers.other), gap: format.few(100 * of("gap")), swing: format.wholePercent(of("swing")) };
  return translator.text(key, { ...Object.fromEntries([...counts, ...losses, ...shares]), ...rest });
}

/**
 * Choose among the sentences of a kind that has several.
 * @param {string} key
 * @param {Verdict["numbers"]} numbers
 * @param {boolean} risen whether the loss has risen, as displayed
 */
function variant(key, { longer, since, swing }, risen) {
  if (key === "verdict.plateau" && longer) return `${key}.longer`;
  if (key !== "verdict.alone" && key !== "verdict.working") return key;
  if (swing !== undefined) return `${key}.swings`;
  if (since === undefined) return `${key}.first`;
  return risen && key === "verdict.working" ? `${key}.rising` : key;
}
