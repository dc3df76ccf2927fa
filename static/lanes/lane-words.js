import { rateText, significant } from "../base/format.js";

/**
 * Where a lane's learning rate goes, in words. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("../stream/series.js").Series} Series
 */

/** Digits of a rate on its way: more would flicker. */
const ON_THE_WAY = 3;

/**
 * The learning rate of a step, counted from 1, as the server's schedules have it.
 * @param {LaneConfig} lane
 * @param {number} step
 */
export function rateAt({ learning_rate: rate, schedule }, step) {
  const { type, warm_up: warmUp, every = 1, factor = 1, steps = 1, final = 0 } = schedule;
  if (step <= warmUp) return rate * (step / warmUp);
  const passed = step - warmUp - 1;
  if (type === "step") return rate * factor ** Math.floor(passed / every);
  if (type === "cosine") return rate * (final + ((1 - final) * (1 + Math.cos(Math.PI * Math.min(1, passed / steps)))) / 2);
  return rate;
}

/**
 * Whether a lane has anything to say about where its rate goes, or decay.
 * @param {LaneConfig} lane
 */
export function hasCourse({ optimizer, schedule }) {
  return schedule.type !== "constant" || schedule.warm_up > 0 || optimizer.weight_decay > 0;
}

/**
 * Say what the rate is and where its schedule goes, and the weight decay where there is any.
 * @param {LaneConfig} lane
 * @param {Series} series
 * @param {number} index of the lane
 * @param {number | null} past an earlier step that is shown
 * @param {Translator} translator
 * @returns {string} "0.05 → 0.001 by step 1,000 · decay 0.0005"; empty for a constant rate without decay
 */
export function courseText(lane, series, index, past, translator) {
  const step = (past ?? series.lastStep) + 1;
  const used = past ? series.at("learning_rate", past, index) : NaN;
  const now = Number.isNaN(used) ? rateAt(lane, step) : used;
  const parts = [scheduleText(lane, step, now, translator)];
  const decay = lane.optimizer.weight_decay;
  if (decay > 0) parts.push(translator.text("lane.decay", { decay: rateText(decay) }));
  return parts.filter(Boolean).join(" · ");
}

/**
 * @param {LaneConfig} lane
 * @param {number} step the next one
 * @param {number} now its rate
 * @param {Translator} translator
 */
function scheduleText({ learning_rate: rate, schedule }, step, now, translator) {
  const { type, warm_up: warmUp, every = 1, factor = 1, steps = 1, final = 0 } = schedule;
  const { format } = translator;
  const towards = (/** @type {number} */ goal, /** @type {number} */ end) =>
    translator.text("lane.course.by", { now: significant(now, ON_THE_WAY), goal: rateText(goal), step: format.count(end) });
  if (step <= warmUp) return towards(rate, warmUp);
  if (type === "step") {
    return translator.text("lane.course.step", { now: significant(now, ON_THE_WAY), factor: rateText(factor), every: format.count(every) });
  }
  if (type !== "cosine") return "";
  const end = warmUp + steps;
  if (step <= end) return towards(rate * final, end);
  return translator.text("lane.course.since", { now: rateText(now), step: format.count(end) });
}
