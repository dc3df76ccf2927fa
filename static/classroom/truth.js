import { keyOf } from "../stream/interest.js";
import { exactKernel, kernelLayers } from "../state/tensors.js";

/**
 * What a step has made of the weight that the class was asked about, from the run's own numbers. Pure.
 *
 * @typedef {import("../base/types.js").Tally} Tally
 * @typedef {import("../state/store.js").Store} Store
 * @typedef {{before: number, after: number}} Truth
 */

/**
 * The life of the weight, which is wanted while its truth is awaited: somebody may train on without making a single step.
 * @param {Pick<Tally, "weight">} tally
 */
export function lifeOf({ weight }) {
  return { kind: "life", weight };
}

/**
 * @param {Pick<Store, "snapshot" | "kernels" | "experiment" | "findings">} store
 * @param {Pick<Tally, "weight" | "lane" | "step" | "run">} tally
 * @returns {Truth | null | undefined} null: not known yet; undefined: the step went by, and its numbers haven't been kept
 */
export function truthOf(store, tally) {
  const { snapshot } = store;
  const step = tally.step + 1;
  if (!snapshot || snapshot.run !== tally.run || snapshot.step < step) return null;
  const made = snapshot.step === step ? inSnapshot(store, tally) : null;
  if (made) return finite(made);
  const life = store.findings.get(keyOf(lifeOf(tally)));
  if (!life || life.run !== tally.run || life.step === null || life.step < step) return null;
  const { steps = [], values = [] } = /** @type {import("../state/life.js").Life["lanes"][string]} */ (life.lanes[tally.lane] ?? {});
  const [first, second] = [steps.indexOf(tally.step), steps.indexOf(step)];
  return first < 0 || second < 0 ? undefined : finite({ before: values[first], after: values[second] });
}

/**
 * @param {Pick<Store, "snapshot" | "kernels" | "experiment">} store
 * @param {Pick<Tally, "weight" | "lane">} tally
 * @returns {Truth | null} null: the page doesn't have the exact numbers
 */
function inSnapshot(store, { weight, lane }) {
  const { layer, out, in: channel, row, col } = weight;
  const { layers = [], lanes = [] } = store.experiment ?? {};
  const shape = kernelLayers(layers, new Set([layer])).find((one) => one.layer.name === layer)?.shape;
  const place = lanes.findIndex(({ id }) => id === lane);
  const kernel = shape && place >= 0 ? exactKernel(store, layer, shape, { out, in: channel }, place) : null;
  if (!shape || !kernel?.before || !kernel.update) return null;
  const at = row * shape.cols + col;
  // In float32, as the server adds them.
  return { before: kernel.before[at], after: Math.fround(kernel.before[at] + kernel.update[at]) };
}

/** @param {Truth} truth of a lane that has diverged there is none */
function finite(truth) {
  return Number.isFinite(truth.before) && Number.isFinite(truth.after) ? truth : undefined;
}
