/**
 * @typedef {import("../types.js").Cell} Cell
 * @typedef {import("../types.js").KernelShape} KernelShape
 * @typedef {import("../types.js").Layer} Layer
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("../protocol.js").KernelFrame} KernelFrame
 * @typedef {import("../protocol.js").Limit} Limit
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../protocol.js").Values} Values
 */

const PREFIX = { weight: "params", gradient: "grads" };
/** @type {Limit} */
const NO_LIMIT = { limit: 0, setAt: 0 };

/**
 * @param {string} layer
 * @param {Quantity} quantity
 */
const tensorName = (layer, quantity) => `${PREFIX[quantity]}/${layer}.weight`;

/**
 * The weights or gradients of one layer in one lane, [out, in, row, col] with the last index running fastest: a view, no copy.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 * @returns {Values | null} null where the snapshot has none, as for gradients at step 0
 */
export function laneValues(snapshot, layer, quantity, lane) {
  const tensor = snapshot.tensors.get(tensorName(layer, quantity));
  if (!tensor || !(tensor.data instanceof Int8Array || tensor.data instanceof Float32Array)) return null;
  const size = tensor.data.length / tensor.shape[0];
  return tensor.data.subarray(lane * size, (lane + 1) * size);
}

/**
 * The end of a colour scale, common to all lanes.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 */
export function limitOf(snapshot, layer, quantity) {
  return snapshot.limits.get(tensorName(layer, quantity)) ?? NO_LIMIT;
}

/**
 * The exact numbers of one kernel in one lane: the snapshot's own, or those that came with it.
 * @param {{snapshot: SnapshotFrame | null, kernel: KernelFrame | null}} store
 * @param {string} layer
 * @param {KernelShape} shape of the layer's weights
 * @param {{out: number, in: number}} which
 * @param {number} lane
 * @returns {{weight: Float32Array, gradient: Float32Array | null} | null} null where they are not here
 */
export function exactKernel({ snapshot, kernel }, layer, shape, which, lane) {
  if (!snapshot) return null;
  const size = shape.rows * shape.cols;
  const weights = laneValues(snapshot, layer, "weight", lane);
  if (weights instanceof Float32Array) {
    const gradients = laneValues(snapshot, layer, "gradient", lane);
    const start = flatIndex(shape, { ...which, row: 0, col: 0 });
    return {
      weight: weights.subarray(start, start + size),
      gradient: gradients instanceof Float32Array ? gradients.subarray(start, start + size) : null,
    };
  }
  if (kernel?.layer !== layer || kernel.out !== which.out || kernel.in !== which.in) return null;
  const start = lane * size;
  return {
    weight: kernel.weight.subarray(start, start + size),
    gradient: kernel.gradient?.subarray(start, start + size) ?? null,
  };
}

/**
 * The layers whose kernels are streamed.
 * @param {Layer[]} layers
 * @returns {{layer: Layer, shape: KernelShape}[]}
 */
export function kernelLayers(layers) {
  return layers.flatMap((layer) => {
    if (layer.type !== "conv" || layer.weight_shape?.length !== 4) return [];
    const [out, channels, rows, cols] = layer.weight_shape;
    return [{ layer, shape: { out, in: channels, rows, cols } }];
  });
}

/**
 * Where the weight of a cell stands among the layer's weights of a lane.
 * @param {KernelShape} shape
 * @param {Cell} cell
 */
export function flatIndex(shape, cell) {
  return ((cell.out * shape.in + cell.in) * shape.rows + cell.row) * shape.cols + cell.col;
}
