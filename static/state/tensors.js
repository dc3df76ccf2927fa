import { STREAMED, tensorName } from "./quantities.js";

/**
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("./quantities.js").Quantity} Quantity
 * @typedef {import("../stream/protocol.js").KernelFrame} KernelFrame
 * @typedef {import("../stream/protocol.js").Limit} Limit
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../stream/protocol.js").Values} Values
 *
 * A streamed layer: its weights have the shape [out, in, rows, cols].
 * @typedef {object} KernelShape
 * @property {number} out
 * @property {number} in
 * @property {number} rows
 * @property {number} cols
 * @property {boolean} [colour]  whether its three input channels, the image's, are drawn as one colour
 *
 * One weight of one layer, seen in one lane.
 * @typedef {object} Cell
 * @property {number} out
 * @property {number} in
 * @property {number} row
 * @property {number} col
 *
 * A range of a layer's values in a lane: from `from` up to, but not including, `to`.
 * @typedef {{from: number, to: number}} Stretch
 */

/** @type {Stretch} */
const ALL = { from: 0, to: Infinity };
/** @type {Limit} */
const NO_LIMIT = { limit: 0, setAt: 0 };

/**
 * A quantity of one layer in one lane, or a stretch of it: [out, in, row, col], row-major; a view, not a copy.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 * @param {string} against the id of the lane that `apart` compares with
 * @param {Stretch} stretch
 * @returns {Values | null} null if the snapshot has none, as for gradients at step 0
 */
export function laneValues(snapshot, layer, quantity, lane, against = "", stretch = ALL) {
  return valuesOf(snapshot.tensors.get(tensorName(layer, quantity, against)), lane, stretch);
}

/**
 * The numbers of one lane in a tensor, or a stretch of them; a view, not a copy.
 * @param {import("../stream/wire.js").Tensor | undefined} tensor [lane, …]
 * @param {number} lane
 * @param {Stretch} [stretch]
 * @returns {Values | null}
 */
export function valuesOf(tensor, lane, stretch = ALL) {
  if (!tensor || !(tensor.data instanceof Int8Array || tensor.data instanceof Float32Array)) return null;
  const size = tensor.data.length / tensor.shape[0];
  return tensor.data.subarray(lane * size + stretch.from, lane * size + Math.min(size, stretch.to));
}

/**
 * The end of a colour scale that all lanes share.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {string} against
 */
export function limitOf(snapshot, layer, quantity, against = "") {
  return snapshot.limits.get(tensorName(layer, quantity, against)) ?? NO_LIMIT;
}

/**
 * The exact numbers of one kernel in one lane, from the snapshot itself or a kernel frame with it.
 * @param {{snapshot: SnapshotFrame | null, kernels: KernelFrame[]}} shown
 * @param {string} layer
 * @param {KernelShape} shape of the layer's weights
 * @param {{out: number, in: number}} which
 * @param {number} lane
 * @returns {{weight: Float32Array, gradient: Float32Array | null, update: Float32Array | null, before: Float32Array | null} | null}
 *   null if the page doesn't have them
 */
export function exactKernel({ snapshot, kernels }, layer, shape, which, lane) {
  if (!snapshot) return null;
  const size = shape.rows * shape.cols;
  const weights = laneValues(snapshot, layer, "weight", lane);
  if (weights instanceof Float32Array) {
    const start = flatIndex(shape, { ...which, row: 0, col: 0 });
    const exact = (/** @type {Values | null} */ values) => (values instanceof Float32Array ? values.subarray(start, start + size) : null);
    return {
      weight: weights.subarray(start, start + size),
      gradient: exact(laneValues(snapshot, layer, "gradient", lane)),
      update: exact(laneValues(snapshot, layer, "update", lane)),
      before: exact(laneValues(snapshot, layer, "before", lane)),
    };
  }
  const kernel = kernels.find((one) => one.layer === layer && one.out === which.out && one.in === which.in);
  if (!kernel) return null;
  const start = lane * size;
  return {
    weight: kernel.weight.subarray(start, start + size),
    gradient: kernel.gradient?.subarray(start, start + size) ?? null,
    update: kernel.update?.subarray(start, start + size) ?? null,
    before: kernel.before?.subarray(start, start + size) ?? null,
  };
}

/**
 * The exact map of one filter in one lane, from the snapshot itself or a kernel frame with it.
 * @param {{snapshot: SnapshotFrame | null, kernels: KernelFrame[]}} shown
 * @param {{quantity: import("./quantities.js").MapName, layer: string, out: number, size: {rows: number, cols: number}}} which
 * @param {number} lane
 * @returns {Float32Array | null} null if the page doesn't have it
 */
export function exactMap({ snapshot, kernels }, { quantity, layer, out, size: { rows, cols } }, lane) {
  if (!snapshot) return null;
  const size = rows * cols;
  const values = laneValues(snapshot, layer, quantity, lane, "", { from: out * size, to: (out + 1) * size });
  if (values instanceof Float32Array) return values;
  const maps = kernels.find((one) => one.layer === layer && one.out === out && one[STREAMED[quantity]])?.[STREAMED[quantity]];
  return values && maps ? maps.subarray(lane * size, (lane + 1) * size) : null;
}

/**
 * Whether a layer's kernels are shown only on request, as a dense layer's are.
 * @param {Layer} layer
 */
export function isShownOnRequest({ kernel_shape: shape, always_shown: isShown }) {
  return shape !== null && !isShown;
}

/**
 * The layers whose kernels are shown, and the shapes in which these are streamed.
 * @param {Layer[]} layers
 * @param {Set<string>} [dense] names of those shown on request
 * @param {boolean} [inColour] whether three channels of an image are drawn as one colour
 * @returns {{layer: Layer, shape: KernelShape}[]}
 */
export function kernelLayers(layers, dense = new Set(), inColour = false) {
  const first = seesColour(layers);
  return layers.flatMap((layer) => {
    if (!layer.kernel_shape || (isShownOnRequest(layer) && !dense.has(layer.name))) return [];
    const [out, channels, rows, cols] = layer.kernel_shape;
    return [{ layer, shape: { out, in: channels, rows, cols, ...(inColour && layer === first && { colour: true }) } }];
  });
}

/**
 * The layer whose kernels see the channels of a colour image: what comes before it has no weights.
 * @param {Layer[]} layers
 * @returns {Layer | null}
 */
export function seesColour(layers) {
  const first = layers.find(({ parameters }) => parameters > 0);
  return first?.kernel_shape?.[1] === 3 && layers[0].input_shape[0] === 3 ? first : null;
}

/**
 * The kernels of a filter that are drawn together with one of them: of the other two colours, if it is drawn in colour.
 * @param {import("../stream/interest.js").Kernel} kernel
 * @param {KernelShape | undefined} shape
 */
export function othersOf(kernel, shape) {
  return shape?.colour ? [0, 1, 2].filter((channel) => channel !== kernel.in).map((channel) => ({ ...kernel, in: channel })) : [];
}

/**
 * The index of a cell's weight among the layer's weights in a lane.
 * @param {KernelShape} shape
 * @param {Cell} cell
 */
export function flatIndex(shape, cell) {
  return ((cell.out * shape.in + cell.in) * shape.rows + cell.row) * shape.cols + cell.col;
}

/**
 * The channel of its layer's input that a kernel is for. In a convolution in groups, each group of filters has its own channels.
 * @param {Layer[] | undefined} layers
 * @param {string} name of its layer
 * @param {{out: number, in: number}} kernel
 */
export function channelOf(layers, name, kernel) {
  const layer = layers?.find((one) => one.name === name);
  if (!layer?.kernel_shape) return kernel.in;
  const [filters, channels] = layer.kernel_shape;
  const groups = layer.input_shape[0] / channels;
  return Math.floor(kernel.out / (filters / groups)) * channels + kernel.in;
}
