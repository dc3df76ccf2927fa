/**
 * Whether a finding of the server is still up to date. Pure.
 *
 * The lane (if it concerns one), run and step of a finding.
 * @typedef {{lane?: string, run: number, step: number}} Dated
 *
 * @typedef {import("./store.js").Store} Store
 */

/** During training, studies are computed again every this many steps (server/kernelscope/studies/agenda.py), and may take about as long. */
const AGAIN_EVERY = 50;

/**
 * How many steps old a finding is, and whether that is more than computing it again would take.
 * @param {Dated} finding
 * @param {Pick<Store, "snapshot" | "experiment">} store
 */
export function ageOf(finding, { snapshot, experiment }) {
  const steps = snapshot?.run === finding.run ? snapshot.step - finding.step : 0;
  return { steps, late: steps > (experiment?.status === "running" ? 2 * AGAIN_EVERY : 0) };
}
