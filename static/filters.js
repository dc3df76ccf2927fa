/**
 * What is known of each filter of a conv layer: pure, from the newest snapshot and the scalar history.
 *
 * @typedef {import("./draw/facts.js").FilterFacts} FilterFacts
 * @typedef {import("./protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("./series.js").Series} Series
 * @typedef {import("./types.js").Layer} Layer
 */

/**
 * The number of the layer's first filter among those of all conv layers; -1: it is none.
 * @param {Layer[]} layers
 * @param {string} name
 */
export function firstFilter(layers, name) {
  let first = 0;
  for (const { name: other, type, output_shape: [filters] } of layers) {
    if (type !== "conv") continue;
    if (other === name) return first;
    first += filters;
  }
  return -1;
}

/**
 * @param {SnapshotFrame} snapshot
 * @param {Series} series
 * @param {Layer[]} layers
 * @param {string} layer
 * @param {number} lane
 * @returns {FilterFacts[]} none for a layer that is no conv layer
 */
export function filterFacts(snapshot, series, layers, layer, lane) {
  const norms = rowOf(snapshot, `norms/${layer}`, lane);
  if (!norms) return [];
  const ratios = rowOf(snapshot, `ratios/${layer}`, lane);
  const active = rowOf(snapshot, `active/${layer}`, lane);
  const first = firstFilter(layers, layer);
  const known = first >= 0 && first + norms.length <= series.filters;
  return Array.from(norms, (norm, filter) => {
    /** @type {number[]} */
    const past = [];
    for (let row = 0; known && row < series.observations && series.observedStep(row) < snapshot.step; row += 1) {
      past.push(series.observedNorm(row, lane, first + filter));
    }
    return { norms: [...past.filter(Number.isFinite), norm], ratio: ratios?.[filter] ?? null, active: active?.[filter] ?? null };
  });
}

/**
 * @param {SnapshotFrame} snapshot
 * @param {string} name
 * @param {number} lane
 */
function rowOf({ tensors }, name, lane) {
  const tensor = tensors.get(name);
  if (!tensor) return null;
  const size = tensor.data.length / tensor.shape[0];
  return tensor.data.subarray(lane * size, (lane + 1) * size);
}
