import { kernelLayers, laneValues, limitOf } from "../draw/tensors.js";
import { significant } from "../format.js";
import { unpack } from "../packed.js";
import { Figure } from "./figure.js";

/**
 * Figures of whole kernels and of what they make of an image.
 *
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../types.js").Layer} Layer
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("../types.js").Trace} Trace
 */

const DIGITS = 3;
/** Levels on each side of zero, as docs/protocol.md has them. */
const LEVELS = 126;
const ROW_HEIGHT = 56;

/** The first layer's kernels: at the random start, and now. */
export class StartFigure extends Figure {
  /** @override @type {import("../store.js").Topic[]} */
  topics = ["experiment", "run", "snapshot"];
  /** Exact once it has been seen at rest: it stays what it was. @type {{of: string, values: Float32Array} | null} */
  start = null;

  /** @override */
  wants() {
    return { quantities: ["moved"] };
  }

  /** @override */
  draw() {
    const { experiment, snapshot } = this.store;
    const [first] = kernelLayers(experiment?.layers ?? []);
    const { index, id } = this.lane;
    const weights = snapshot && first && numbersOf(snapshot, first.layer.name, "weight", index);
    if (!snapshot || !weights || id === null) return;
    const start = this.#start(snapshot, first.layer.name, index, weights);
    const { rows, cols } = first.shape;
    const limit = Math.max(...[weights, start ?? weights].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
    this.paint(this.part("start"), start, { rows, cols }, { limit, height: ROW_HEIGHT });
    this.paint(this.part("now"), weights, { rows, cols }, { limit, height: ROW_HEIGHT });
    const { format } = this.translator;
    const [before, after] = [spreadOf(start ?? new Float32Array()), spreadOf(weights)];
    const shown = (/** @type {number} */ value) => significant(value, DIGITS);
    this.say("start", start && { mean: shown(before.mean), deviation: shown(before.deviation) });
    this.say("now", { step: format.count(snapshot.step), mean: shown(after.mean), deviation: shown(after.deviation) });
    this.say("where", { layer: first.layer.name, lane: id, count: format.count(weights.length), limit: significant(limit, 2) });
  }

  /**
   * @param {SnapshotFrame} snapshot
   * @param {string} layer
   * @param {number} lane
   * @param {Float32Array} weights
   */
  #start(snapshot, layer, lane, weights) {
    const of = [snapshot.run, layer, lane].join();
    if (this.start?.of === of) return this.start.values;
    if (snapshot.step === 0) return weights;
    const moved = numbersOf(snapshot, layer, "moved", lane);
    if (!moved) return null;
    const values = weights.map((weight, index) => weight - moved[index]);
    const exact = laneValues(snapshot, layer, "weight", lane) instanceof Float32Array;
    if (exact) this.start = { of, values };
    return values;
  }
}

/** The selected kernel on the image: its feature map, and what ReLU leaves of it. */
export class ForwardFigure extends Figure {
  /** @override @type {import("../store.js").Topic[]} */
  topics = ["experiment", "run", "trace", "snapshot"];

  /** @override */
  wants() {
    return this.traceWanted;
  }

  /** @override */
  draw() {
    const { experiment, snapshot } = this.store;
    const trace = this.found("trace");
    if (!experiment || !trace || !snapshot) return;
    const { place, out, in: channel } = this.#kernel(experiment.layers);
    const layer = experiment.layers[place];
    if (!layer?.weight_shape) return;
    const [, channels, rows, cols] = layer.weight_shape;
    const before = place === 0 ? trace.pixels : trace.forward[experiment.layers[place - 1].name];
    this.paint(this.part("input"), before ? mapOf(before, channel) : null, sizeOf(layer.input_shape));
    const index = experiment.lanes.findIndex(({ id }) => id === trace.lane);
    const weights = numbersOf(snapshot, layer.name, "weight", index);
    const from = (out * channels + channel) * rows * cols;
    this.paint(this.part("kernel"), weights?.subarray(from, from + rows * cols) ?? null, { rows, cols }, { height: 48 });
    const z = trace.forward[layer.name] ? mapOf(trace.forward[layer.name], out) : null;
    const size = sizeOf(layer.output_shape);
    this.paint(this.part("output"), z, size);
    const { format } = this.translator;
    this.say("kernel", { step: format.count(snapshot.step) });
    this.say("where", z && {
      lane: trace.lane,
      step: format.count(trace.step),
      layer: layer.name,
      filter: out,
      positions: format.count(z.length),
      least: significant(Math.min(...z), DIGITS),
      most: significant(Math.max(...z), DIGITS),
      share: format.wholePercent(z.filter((value) => value > 0).length / z.length),
    });
  }

  /** The selected one; where that lies in no conv layer, the first of all. @param {Layer[]} layers */
  #kernel(layers) {
    const { current } = this.selection;
    const place = layers.findIndex(({ name, type }) => name === current?.layer && type === "conv");
    if (current && place >= 0) return { place, out: current.cell.out, in: current.cell.in };
    return { place: layers.findIndex(({ type }) => type === "conv"), out: 0, in: 0 };
  }
}

/** ∂L/∂(output) of each layer that learns, from the last to the first. */
export class BackwardFigure extends Figure {
  /** @override @type {import("../store.js").Topic[]} */
  topics = ["experiment", "run", "trace"];

  /** @override */
  wants() {
    return this.traceWanted;
  }

  /** @override */
  draw() {
    const trace = this.found("trace");
    const { experiment } = this.store;
    if (!experiment || !trace) return;
    const layers = experiment.layers.filter(({ parameters }) => parameters > 0).reverse();
    showLayers(this, layers.map(({ name }) => ({ name, packed: trace.backward[name] })), "gradient");
    const there = layers.some(({ name }) => name in trace.backward);
    this.say("where", there ? { lane: trace.lane, step: this.translator.format.count(trace.step) } : null);
  }
}

/** What each conv layer responds to, from low to high. */
export class LayersFigure extends Figure {
  /** @override @type {import("../store.js").Topic[]} */
  topics = ["experiment", "run", "trace"];

  /** @override */
  wants() {
    return this.traceWanted;
  }

  /** @override */
  draw() {
    const trace = this.found("trace");
    const { experiment } = this.store;
    if (!experiment || !trace) return;
    const { layers, dataset } = experiment;
    const seen = layers.filter(({ type }, index) => type === "relu" && layers[index - 1]?.type === "conv");
    const convs = seen.length > 0 ? seen : layers.filter(({ type }) => type === "conv");
    const image = { name: this.translator.text("phases.input"), packed: trace.pixels };
    const rows = convs.map(({ name }) => ({ name, packed: trace.forward[name] }));
    showLayers(this, [image, ...rows], "weight");
    const { probabilities, label } = trace;
    const { format } = this.translator;
    const best = probabilities?.indexOf(Math.max(...probabilities)) ?? 0;
    this.say("where", probabilities && {
      lane: trace.lane,
      step: format.count(trace.step),
      class: dataset.classes[label],
      best: dataset.classes[best],
      probability: format.percent(probabilities[best]),
    });
  }
}

/**
 * A row of maps for each, with its name, its shape and the end of its colour scale.
 * @param {Figure} figure
 * @param {{name: string, packed: import("../packed.js").Packed | undefined}[]} layers
 * @param {"weight" | "gradient"} scale
 */
function showLayers(figure, layers, scale) {
  const column = figure.part("layers");
  for (const { name, packed } of layers) {
    const place = figure.row(column, name);
    const label = place.querySelector("p");
    const [count, rows = 1, cols = 1] = packed?.shape ?? [];
    const values = packed ? unpack(packed) : null;
    // Single numbers, as a dense layer has them, are one row.
    const map = rows * cols === 1 ? { rows: 1, cols: count } : { rows, cols };
    figure.paint(place, values, map, { scale, height: rows * cols === 1 ? 14 : ROW_HEIGHT });
    const most = values?.reduce((found, value) => Math.max(found, Math.abs(value)), 0) ?? 0;
    if (label) label.textContent = packed ? `${name} · ${(rows * cols === 1 ? [count] : packed.shape).join("×")} · ±${significant(most, 2)}` : name;
  }
}

/**
 * Of all weights of a layer in a lane; while training, as near as the levels tell.
 * @param {SnapshotFrame} snapshot
 * @param {string} layer
 * @param {Quantity} quantity
 * @param {number} lane
 */
function numbersOf(snapshot, layer, quantity, lane) {
  const values = laneValues(snapshot, layer, quantity, lane);
  if (!(values instanceof Int8Array)) return values;
  const { limit } = limitOf(snapshot, layer, quantity);
  return Float32Array.from(values, (level) => (level * limit) / LEVELS);
}

/** @param {Float32Array} values */
function spreadOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/**
 * @param {import("../packed.js").Packed} packed [map, row, col]
 * @param {number} index
 */
function mapOf(packed, index) {
  const size = packed.shape[1] * packed.shape[2];
  return unpack(packed).subarray(index * size, (index + 1) * size);
}

/** @param {number[]} shape */
function sizeOf([, rows, cols]) {
  return { rows, cols };
}
