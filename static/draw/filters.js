/**
 * The facts about each filter of a conv layer, from the newest snapshot and the scalar history. Pure.
 *
 * @typedef {import("./facts.js").FilterFacts} FilterFacts
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("../base/types.js").Layer} Layer
 */

/** The most points of a line over the run, about as many as it has pixels, so that the cost of a redraw does not grow with the run. */
const MOST_POINTS = 64;

/**
 * The index of the layer's first filter among those of all conv layers; -1 if it is no conv layer.
 * @param {Layer[]} layers
 * @param {string} name
 */
export function firstFilter(layers, name) {
  let first = 0;
  for (const { name: other, always_shown: isShown, kernel_shape: shape } of layers) {
    if (!shape || !isShown) continue;
    if (other === name) return first;
    first += shape[0];
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
  const past = known ? series.observedBefore(snapshot.step - 1) + 1 : 0;
  const points = Math.min(past, MOST_POINTS - 1);
  return Array.from(norms, (norm, filter) => {
    /** @type {number[]} */
    const line = [];
    for (let point = 0; point < points; point += 1) {
      // Evenly spaced, from the first observation to the last.
      const row = points === past ? point : Math.round((point * (past - 1)) / (points - 1));
      const observed = series.observedNorm(row, lane, first + filter);
      if (Number.isFinite(observed)) line.push(observed);
    }
    line.push(norm);
    return { norms: line, ratio: ratios?.[filter] ?? null, active: share(active?.[filter]) };
  });
}

/**
 * The share of active positions; null: it isn't known, or this lane has no ReLU there.
 * @param {number | undefined} percent
 */
function share(percent = -1) {
  return percent < 0 ? null : percent;
}

/**
 * The end of the scale that the norms of one layer share.
 * @param {FilterFacts[][]} facts of the filters, by lanes
 * @param {number[]} lanes whose filters count
 */
export function highestNorm(facts, lanes) {
  let highest = Number.MIN_VALUE;
  for (const lane of lanes) {
    for (const { norms } of facts[lane]) for (const norm of norms) if (norm > highest) highest = norm;
  }
  return highest;
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
