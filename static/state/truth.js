import { valuesOf } from "./tensors.js";

/**
 * The match of the first layer's filters with the kernels that were planted in the images, as the server computes it
 * (server/kernelscope/studies/truth.py). Pure.
 *
 * @typedef {import("../base/types.js").Experiment} Experiment
 *
 * `alike`: the correlation of a filter with the kernel that it is matched with, at most 1. `known`: which that is, as the index of its
 * class. NaN: it is matched with none.
 * @typedef {{alike: number, known: number}} Match
 */

const DIGITS = 2;

/** The data set, and what it is planted with unless its name says otherwise (server/kernelscope/datasets/planted.py). */
const PLANTED = "planted";
const USUAL = { amplitude: 2, noise: 0.3 };

/**
 * Whether a data set is made from known kernels.
 * @param {{name: string}} dataset
 */
export const isPlanted = ({ name }) => name.split(":")[0] === PLANTED;

/**
 * The amplitude and noise of such a data set.
 * @param {string} name
 */
export function plantedWith(name) {
  const [, amplitude, noise] = /:(.+),(.+)$/.exec(name) ?? [];
  return amplitude === undefined ? USUAL : { amplitude: Number(amplitude), noise: Number(noise) };
}

/**
 * The name of the data set with these.
 * @param {{amplitude: number, noise: number}} settings
 */
export function plantedName({ amplitude, noise }) {
  return amplitude === USUAL.amplitude && noise === USUAL.noise ? PLANTED : `${PLANTED}:${amplitude},${noise}`;
}

/**
 * The layer whose filters can be compared with the planted kernels: the first, if it is a convolution of all channels.
 * @param {Pick<Experiment, "dataset" | "layers">} experiment
 * @returns {string | null} null: there is none
 */
export function comparedLayer({ dataset, layers }) {
  const [{ name, always_shown: isConv, kernel_shape: kernels, input_shape: input }] = layers;
  return isPlanted(dataset) && isConv && kernels?.[1] === input[0] ? name : null;
}

/**
 * Of each filter of a layer, with the weights of the snapshot.
 * @param {import("../stream/protocol.js").SnapshotFrame} snapshot
 * @param {string} layer
 * @param {number} lane
 * @returns {Match[]} none if the snapshot doesn't have them
 */
export function matchesOf({ tensors }, layer, lane) {
  const pairs = valuesOf(tensors.get(`truth/${layer}`), lane) ?? [];
  return Array.from({ length: pairs.length / 2 }, (_, out) => ({ alike: pairs[2 * out], known: pairs[2 * out + 1] }));
}

/**
 * The mean over all planted kernels. One without a filter counts as 0.
 * @param {Match[]} matches
 * @param {number} known how many were planted
 */
export function meanMatch(matches, known) {
  return matches.reduce((sum, { alike }) => sum + (Number.isFinite(alike) ? alike : 0), 0) / known;
}

/** @param {number} alike */
export const matchText = (alike) => (Number.isFinite(alike) ? alike.toFixed(DIGITS) : "–");

/**
 * Which planted kernel a filter is matched with, as a key of the dictionary and its values.
 * @param {Match} match
 * @param {string[]} classes
 * @returns {[key: string, values: {class: string, match: string}]}
 */
export function matchWords({ alike, known }, classes) {
  return [Number.isFinite(alike) ? "filter.match" : "filter.match.none", { class: classes[known] ?? "", match: matchText(alike) }];
}
