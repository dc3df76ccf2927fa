import { laneValues, limitOf } from "../state/tensors.js";
import { write } from "../base/dom.js";
import { filterFacts } from "../draw/filters.js";
import { significant } from "../base/format.js";
import { orientationText } from "../state/orientation.js";
import { responsesText } from "../state/responses.js";
import { summarize } from "../state/summary.js";
import { matchWords } from "../state/truth.js";

/**
 * What a panel shows, in words and numbers: the description of its canvas for a screen reader. Written seldom and never announced,
 * only read on request.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/store.js").Store} Store
 * @typedef {import("./row.js").LayerRow} LayerRow
 */

/** The most filters whose norms are listed: nobody listens to a longer list. */
const MOST_FILTERS = 16;
const DIGITS = 3;

/**
 * @param {LayerRow[]} rows
 * @param {Store} store
 * @param {Translator} translator
 * @param {number} turn while training goes on, one lane each turn, so that no frame is long; else all: these are the last numbers for now
 */
export function describePanels(rows, { experiment, series, shown: snapshot }, translator, turn) {
  if (!experiment || !snapshot || snapshot.run !== experiment.run) return;
  const { classes } = experiment.dataset;
  const only = experiment.status === "running" ? turn % experiment.lanes.length : null;
  for (const { name, shape, panels, page } of rows) {
    panels.forEach(({ summary, isHidden }, lane) => {
      if (isHidden || (only ?? lane) !== lane) return;
      const facts = snapshot.run === series.run ? filterFacts(snapshot, series, experiment.layers, name, lane) : [];
      const orientations = page.view.orientations(snapshot, name, lane);
      const matches = page.view.matches(snapshot, name, lane).map((match) => translator.text(...matchWords(match, classes)));
      write(summary, panelText(snapshot, name, lane, shape, { facts, orientations, matches }, translator));
    });
  }
}

/**
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {number} lane
 * @param {import("../state/tensors.js").KernelShape} shape
 * @param {{facts: import("../draw/facts.js").FilterFacts[], orientations: import("../state/orientation.js").Orientation[],
 *   matches?: string[]}} filters
 * @param {Translator} translator
 */
export function panelText(snapshot, layer, lane, shape, { facts, orientations, matches = [] }, translator) {
  const text = (/** @type {string} */ key, values = {}) => translator.text(key, values);
  const weights = laneValues(snapshot, layer, "weight", lane);
  if (!weights) return "";
  const { limit } = limitOf(snapshot, layer, "weight");
  const number = numberText(limit, translator);
  const { norm, low, high, positive, largest, place } = summarize(weights, limit, shape);
  const values = {
    step: translator.format.count(snapshot.laneSteps[lane]),
    norm: norm === null ? "" : significant(norm, DIGITS),
    low: number(low),
    high: number(high),
    positive: translator.format.wholePercent(positive),
    largest: number(largest),
    place: place.join(", "),
  };
  const parts = [norm === null ? text("summary.panel.levels", values) : text("summary.panel", values)];
  parts.push(gradientText(snapshot, layer, lane, shape, translator));
  if (facts.length > 0 && facts.length <= MOST_FILTERS) {
    const norms = facts.map(({ norms }) => significant(norms[norms.length - 1], DIGITS));
    parts.push(text("summary.norms", { norms: translator.join("list", norms) }));
  }
  if (orientations.length > 0 && orientations.length <= MOST_FILTERS) {
    parts.push(text("summary.oriented", { orientations: translator.join("list", orientations.map(orientationText)) }));
  }
  if (matches.length <= MOST_FILTERS) parts.push(...matches.map((match, filter) => text("summary.filter", { filter, match })));
  const dead = facts.flatMap(({ active }, filter) => (active === 0 ? [filter] : []));
  const seen = { step: translator.format.count(snapshot.activeStep ?? 0) };
  if (facts.some(({ active }) => active !== null)) {
    parts.push(
      dead.length === 0 ? text("summary.dead.none", seen) : text("summary.dead", { ...seen, filters: translator.join("list", dead) }),
    );
  }
  for (const maps of /** @type {const} */ (["response", "sensitivity"])) {
    const values = laneValues(snapshot, layer, maps, lane);
    if (values) parts.push(responsesText(maps, values, shape.out, limitOf(snapshot, layer, maps).limit, layer, translator));
  }
  return translator.join("sentences", parts);
}

/**
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {number} lane
 * @param {import("../state/tensors.js").KernelShape} shape
 * @param {Translator} translator
 */
function gradientText(snapshot, layer, lane, shape, translator) {
  const gradient = laneValues(snapshot, layer, "gradient", lane);
  if (!gradient) return translator.text(snapshot.step === 0 ? "summary.gradient.none" : "summary.gradient.unseen");
  const { limit } = limitOf(snapshot, layer, "gradient");
  const { norm, largest } = summarize(gradient, limit, shape);
  if (norm === null) return translator.text("summary.gradient.levels", { largest: numberText(limit, translator)(largest) });
  return translator.text("summary.gradient", { norm: significant(norm, DIGITS) });
}

/**
 * Write a level's value; one beyond the scale is known only to lie there.
 * @param {number} limit
 * @param {Translator} translator
 * @returns {(value: number) => string}
 */
function numberText(limit, translator) {
  return (value) =>
    Number.isFinite(value)
      ? significant(value, DIGITS)
      : translator.text("summary.beyond", { value: significant(Math.sign(value) * limit, DIGITS) });
}
