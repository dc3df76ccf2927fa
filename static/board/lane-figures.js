import { MEASURES } from "../charts/measures.js";
import { readingOf } from "../charts/measured.js";
import { laneEvent, statusAt, verdictText } from "../state/verdict.js";

/**
 * A lane's numbers at a step, and one sentence of measured fact about it. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("../base/types.js").Lane} Lane
 */

/**
 * A lane's latest numbers at a step, each with the step it was measured at; null: none yet. The latest test was usually at an earlier
 * step, and a thinned history lacks some steps.
 * @param {Series} series
 * @param {number} step
 * @param {number} lane
 */
export function figuresAt(series, step, lane) {
  const loss = readingOf(MEASURES.loss, series, step);
  const accuracy = readingOf(MEASURES.accuracy, series, step);
  return {
    loss: loss.isEmpty ? null : known(loss.line(lane)),
    accuracy: accuracy.isEmpty ? null : known(accuracy.line(lane)),
    testAccuracy: accuracy.pointStep === null ? null : known(accuracy.point(lane)),
    lineStep: loss.isEmpty ? null : series.stepOf(series.rowBefore(step)),
    testStep: accuracy.pointStep,
  };
}

/** Null for NaN: a lane that has diverged has no numbers of later steps. @param {number} value */
function known(value) {
  return Number.isNaN(value) ? null : value;
}

/**
 * State what has been measured, in a sentence: what happened to the lane, else the verdict of its newest test, else the loss.
 * @param {Lane} lane
 * @param {number} index
 * @param {Series} series
 * @param {Translator} translator
 * @param {number | null} [past] an earlier step: only what was known then
 */
export function factAbout(lane, index, series, translator, past = null) {
  const { format } = translator;
  const step = past ?? series.lastStep;
  const event = statusAt(lane, past) === "training" ? null : laneEvent(lane, translator);
  if (event) return event;
  const known = past === null && lane.verdict.kind !== "measuring";
  const verdict = known ? verdictText(lane.verdict, translator) : null;
  if (verdict) return verdict;
  const { loss } = figuresAt(series, step, index);
  if (loss === null) return translator.text("lane.fact.none");
  const first = format.loss(series.at("loss", 1, index));
  const losses =
    step === 1
      ? translator.text("lane.fact.first", { loss: first })
      : translator.text("lane.fact.loss", { first, last: format.loss(loss) });
  const awaited = lane.verdict.numbers.first;
  if (past !== null || known || typeof awaited !== "number") return losses;
  return translator.text("verdict.measuring", { fact: losses, first: format.count(awaited) });
}
