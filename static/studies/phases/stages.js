import { unpack } from "../../stream/packed.js";

/**
 * The phases of a step and their stages. Pure.
 *
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("../../base/types.js").Layer} Layer
 * @typedef {"start" | "forward" | "loss" | "backward" | "update" | "iterate"} Phase
 * @typedef {{phase: "forward" | "loss" | "backward" | "update", layer: string | null}} Stage
 *
 * The first kernels of a layer, [kernel, row, col], and the norm of all its weights; or of their last change.
 * @typedef {{norm: number | null, kernels: import("../../stream/packed.js").Packed}} FirstKernels
 *
 * What one image does in a lane, layer by layer.
 * @typedef {object} Trace
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {number} image
 * @property {number} images  of the test set
 * @property {number} label
 * @property {import("../../stream/packed.js").Packed} pixels
 * @property {Record<string, import("../../stream/packed.js").Packed>} forward
 * @property {number | null} loss
 * @property {(number | null)[] | null} probabilities  null in it: not finite
 * @property {Record<string, import("../../stream/packed.js").Packed>} backward
 * @property {Record<string, FirstKernels>} weights  of each layer that has any
 * @property {{step: number, against: number, along: number, unasked: number, still: number, updates: Record<string, FirstKernels>} | null} last_step  the lane's: how many
 *   parameters moved against their gradient, along it, without one, and not at all
 * @property {{done: number, images: number, batch_loss: number | null, gradients: Record<string,
 * import("../../stream/packed.js").Packed>} | null} step_under_way
 *   `images`: of its mini-batch
 */

/** @type {Phase[]} */
export const PHASES = ["start", "forward", "loss", "backward", "update", "iterate"];

/**
 * All stages of a step, in order, as server/kernelscope/experiment/phases.py has them.
 * @param {Layer[]} layers
 * @returns {Stage[]}
 */
export function stages(layers) {
  const first = layers.findIndex(({ parameters }) => parameters > 0);
  const names = layers.map(({ name }) => name);
  return [
    ...names.map((layer) => /** @type {Stage} */ ({ phase: "forward", layer })),
    { phase: "loss", layer: null },
    ...names
      .slice(first === -1 ? names.length : first)
      .reverse()
      .map((layer) => /** @type {Stage} */ ({ phase: "backward", layer })),
    { phase: "update", layer: null },
  ];
}

/**
 * The last stage done.
 * @param {Experiment} experiment
 * @param {number} step of the weights
 * @param {number} done stages of the step that is under way
 * @returns {{phase: Phase, layer: string | null}}
 */
export function standing({ status, layers }, step, done) {
  if (status === "running") return { phase: "iterate", layer: null };
  if (done > 0) return stages(layers)[done - 1];
  return { phase: step === 0 ? "start" : "update", layer: null };
}

/**
 * The names of the diagram's nodes, from the image to the loss.
 * @param {Layer[]} layers
 */
export function nodesOf(layers) {
  return ["input", ...layers.map(({ name }) => name), "softmax", "loss"];
}

/**
 * The nodes at work in a stage.
 * @param {Layer[]} layers
 * @param {{phase: Phase, layer: string | null}} standing
 * @returns {Set<string>}
 */
export function nodesAtWork(layers, { phase, layer }) {
  if (phase === "loss") return new Set(["softmax", "loss"]);
  if (layer !== null) return new Set([layer]);
  // All weights are drawn at random, or change.
  return new Set(layers.filter(({ parameters }) => parameters > 0).map(({ name }) => name));
}

/**
 * For each pair of neighbours, whether the pass between them was made not yet, just now, or before.
 * @param {string[]} nodes
 * @param {{forward: Record<string, unknown>, backward: Record<string, unknown>, loss: number | null}} trace what is there
 * @param {{phase: Phase, layer: string | null}} standing
 * @returns {Record<"forward" | "backward", "" | "now" | "made">[]} one for each node but the last: from it, and back to it
 */
export function waysBetween(nodes, { forward, backward, loss }, { phase, layer }) {
  const last = nodes[nodes.length - 3];
  const state = (/** @type {boolean} */ there, /** @type {boolean} */ now) => (!there ? "" : now ? "now" : "made");
  return nodes.slice(0, -1).map((node, index) => {
    const next = nodes[index + 1];
    const judges = index + 1 > nodes.length - 3;
    const back = node === "softmax" ? last : node;
    return {
      forward: state(judges ? loss !== null : next in forward, judges ? phase === "loss" : phase === "forward" && layer === next),
      backward: state(back in backward, phase === "backward" && layer === back),
    };
  });
}

/**
 * How many maps to put side by side in a picture of this shape, so that the tiles are as large as possible.
 * @param {number} count of maps
 * @param {{rows: number, cols: number}} map
 * @param {{width: number, height: number}} space
 */
export function tiling(count, { rows, cols }, { width, height }) {
  let best = { across: 1, cell: 0 };
  for (let across = 1; across <= count; across += 1) {
    const down = Math.ceil(count / across);
    const cell = Math.min((width - (across - 1)) / (across * cols), (height - (down - 1)) / (down * rows));
    if (cell > best.cell) best = { across, cell };
  }
  return best;
}

/**
 * The network's probability for each class; null if unknown or not finite.
 * @param {Trace} trace
 * @returns {number[] | null}
 */
export function probabilitiesOf({ probabilities }) {
  return probabilities?.every((one) => one !== null) ? /** @type {number[]} */ (probabilities) : null;
}

/**
 * What a dropout layer has done to the image: how many of its inputs it has set to 0, of those that were not 0 before. Null: not yet.
 * @param {Trace} trace
 * @param {Experiment} experiment
 * @param {string} layer its name
 */
export function droppedIn({ pixels, forward }, { layers, config }, layer) {
  const place = layers.findIndex(({ name }) => name === layer);
  const before = place > 0 ? forward[layers[place - 1].name] : pixels;
  const after = forward[layer];
  if (!before || !after) return null;
  const [alive, kept] = [before, after].map((packed) => unpack(packed).filter((value) => value !== 0).length);
  return { share: config.architecture[place].share ?? NaN, alive, dropped: alive - kept };
}
