import { MEASURES } from "../charts/measures.js";
import { readingOf } from "../charts/measured.js";
import { laneEvent, statusAt, verdictText } from "../state/verdict.js";

/**
 * A lane's numbers at a step, and the one sentence of measured fact about it. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("../base/types.js").Lane} Lane
 */

/**
 * What a lane had measured by a step, and at which; null: nothing yet. The last test was mostly at an earlier one, and of a thinned
 * history not every step is here.
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

/** A lane that has diverged makes no further step, and has no numbers of those. @param {number} value */
function known(value) {
  return Number.isNaN(value) ? null : value;
}

/**
 * What has been measured, in a sentence: what has become of the lane, else what its newest test says, else the loss.
 * @param {Lane} lane
 * @param {number} index
 * @param {Series} series
 * @param {Translator} translator
 * @param {number | null} [past] an earlier step: only what was known by then
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
