/**
 * Whether the page holds every step of the run, from the first to the last, exactly once.
 *
 * @typedef {import("./store.js").Store} Store
 *
 * @typedef {object} Completeness
 * @property {"none" | "complete" | "thinned" | "missing"} kind
 * @property {number} first  step of the first row; 0 where there is none
 * @property {number} last   step of the last one
 * @property {Record<string, number>} values for the placeholders of its text
 */

/**
 * @param {Pick<Store, "series" | "missing">} store
 * @returns {Completeness}
 */
export function completeness({ series, missing }) {
  const ends = { first: series.rows === 0 ? 0 : series.stepOf(0), last: series.lastStep };
  if (missing) return { kind: "missing", ...ends, values: { first: missing.firstStep, last: missing.lastStep } };
  if (series.lastStep === 0) return { kind: "none", ...ends, values: {} };
  const { thinned } = series;
  if (thinned) return { kind: "thinned", ...ends, values: { points: thinned.rows, step: thinned.lastStep } };
  return { kind: "complete", ...ends, values: {} };
}
