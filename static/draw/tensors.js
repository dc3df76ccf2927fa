/**
 * @typedef {import("../types.js").Cell} Cell
 * @typedef {import("../types.js").KernelShape} KernelShape
 * @typedef {import("../types.js").Layer} Layer
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 */

const PREFIX = { weight: "params", gradient: "grads" };

/**
 * The weights or gradients of one layer in one lane, [out, in, row, col] with the last index running fastest: a view, no copy.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 * @returns {Float32Array | null} null where the snapshot has none, as for gradients at step 0
 */
export function laneValues(snapshot, layer, quantity, lane) {
  const tensor = snapshot.tensors.get(`${PREFIX[quantity]}/${layer}.weight`);
  if (!tensor || !(tensor.data instanceof Float32Array)) return null;
  const size = tensor.data.length / tensor.shape[0];
  return tensor.data.subarray(lane * size, (lane + 1) * size);
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
