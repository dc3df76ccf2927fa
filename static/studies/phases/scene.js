import { unpack } from "../../stream/packed.js";
import { channelOf } from "../../state/tensors.js";

/**
 * What a convolution has done to the image that passes through the network, as arrays. Pure.
 *
 * @typedef {import("./convolution.js").Geometry} Geometry
 * @typedef {import("./stages.js").Trace} Trace
 * @typedef {"forward" | "backward"} Way
 *
 * @typedef {object} Scene
 * @property {Geometry} geometry
 * @property {Float32Array} input    of the chosen channel
 * @property {Float32Array} output   Z of the chosen filter, or ∂L/∂Z
 * @property {{rows: number, cols: number}} size  of the output
 * @property {Float32Array} kernel
 * @property {Float32Array} inputs   of all channels that the filter sees
 * @property {Float32Array} kernels  of the filter, of these channels
 */

/**
 * Of the selected kernel.
 * @param {Trace} trace
 * @param {Way} way
 * @param {Pick<import("../../state/store.js").Store, "experiment" | "snapshot">} store
 * @param {import("../../state/selection.js").Selected | null} current what is selected
 * @returns {Scene | null} null: something is missing
 */
export function sceneOf(trace, way, { experiment, snapshot }, current) {
  if (!experiment || !snapshot || !current) return null;
  const place = experiment.layers.findIndex(({ name }) => name === current.layer);
  const layer = experiment.layers[place];
  const spec = experiment.config.architecture[place];
  if (layer?.type !== "conv" || !layer.weight_shape || !spec?.stride || !spec.padding || !spec.dilation) return null;
  const before = place === 0 ? trace.pixels : trace.forward[experiment.layers[place - 1].name];
  const after = trace[way][layer.name];
  const weights = snapshot.tensors.get(`params/${layer.name}.weight`)?.data;
  const lane = experiment.lanes.findIndex(({ id }) => id === trace.lane);
  // During training, weights come as levels, and of other steps than the trace.
  if (!before || !after || !(weights instanceof Float32Array) || trace.run !== snapshot.run || trace.step !== snapshot.step) return null;
  const [out, channels, height, width] = layer.weight_shape;
  const { cell } = current;
  if (cell.out >= out || cell.in >= channels) return null;
  const [, rows, cols] = layer.input_shape;
  const [, outRows, outCols] = layer.output_shape;
  const filter = (lane * out + cell.out) * channels * height * width;
  const kernels = weights.subarray(filter, filter + channels * height * width);
  const first = channelOf(experiment.layers, layer.name, { out: cell.out, in: 0 });
  const inputs = unpack(before).subarray(first * rows * cols, (first + channels) * rows * cols);
  return {
    geometry: { rows, cols, height, width, stride: spec.stride, padding: spec.padding, dilation: spec.dilation },
    input: inputs.subarray(cell.in * rows * cols, (cell.in + 1) * rows * cols),
    output: unpack(after).subarray(cell.out * outRows * outCols, (cell.out + 1) * outRows * outCols),
    size: { rows: outRows, cols: outCols },
    kernel: kernels.subarray(cell.in * height * width, (cell.in + 1) * height * width),
    inputs,
    kernels,
  };
}
