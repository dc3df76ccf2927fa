/**
 * Whether what the server has found is still what the page is about. Pure.
 *
 * What was found: of which lane, where it is of one, run and step.
 * @typedef {{lane?: string, run: number, step: number}} Dated
 *
 * @typedef {import("./store.js").Store} Store
 */

/** While it trains, all is looked at again every so many steps (server/kernelscope/studies/agenda.py), and may take about as long. */
const AGAIN_EVERY = 50;

/**
 * How many steps ago that was, and whether that is longer than a look takes.
 * @param {Dated} finding
 * @param {Pick<Store, "snapshot" | "experiment">} store
 */
export function ageOf(finding, { snapshot, experiment }) {
  const steps = snapshot?.run === finding.run ? snapshot.step - finding.step : 0;
  return { steps, late: steps > (experiment?.status === "running" ? 2 * AGAIN_EVERY : 0) };
}
