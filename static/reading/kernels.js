import { channelSums, farthest } from "../studies/phases/convolution.js";
import { MOST_MAPS } from "../draw/maps.js";
import { layersOf } from "../state/lanes.js";
import { channelOf, kernelLayers, laneValues, limitOf } from "../state/tensors.js";
import { equation } from "../base/equation.js";
import { significant } from "../base/format.js";
import { unpack } from "../stream/packed.js";
import { probabilitiesOf } from "../studies/phases/stages.js";
import { Figure } from "./figure.js";

/**
 * Figures of whole kernels and of their effect on an image.
 *
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../stream/protocol.js").Values} Values
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("../studies/phases/stages.js").Trace} Trace
 */

const DIGITS = 3;
const ROW_HEIGHT = 56;
/** The most input channels whose sums are written out. */
const MOST_TERMS = 8;

/** The first layer's kernels: at the random start, and now. */
export class StartFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "snapshot"];
  /** The initial weights: of all lanes, or where these began differently of each. @type {{of: string, values: Values, lanes: number} | null} */
  start = null;

  /** @override */
  quantities() {
    return ["start"];
  }

  /** @override */
  draw() {
    const { experiment, snapshot } = this.store;
    const [first] = kernelLayers(experiment?.layers ?? []);
    const { index, id } = this.lane;
    if (experiment && !first) this.lacks("where");
    const weights = snapshot && first && laneValues(snapshot, first.layer.name, "weight", index);
    if (!snapshot || !weights || id === null) return;
    const layer = first.layer.name;
    const start = this.#start(snapshot, layer, index);
    const lanes = this.start?.lanes ?? 1;
    const { rows, cols } = first.shape;
    // The board's own scale: levels mean nothing on another.
    const { limit } = limitOf(snapshot, layer, "weight");
    this.paint(this.part("start"), start, { rows, cols }, { limit, height: ROW_HEIGHT });
    this.paint(this.part("now"), weights, { rows, cols }, { limit, height: ROW_HEIGHT });
    const { format } = this.translator;
    const spread = snapshot.tensors.get(`spread/${layer}`);
    /** @param {number} row 0: of the start @param {Record<string, string>} [values] */
    const said = (row, values) => {
      if (!spread) return null;
      const [mean, deviation] = spread.data.subarray(2 * row, 2 * row + 2);
      return { ...values, mean: significant(mean, DIGITS), deviation: significant(deviation, DIGITS) };
    };
    this.say("start", said(Math.min(index, lanes - 1)));
    this.say("now", said(lanes + index, { step: format.count(snapshot.laneSteps[index]) }));
    this.say("where", { layer, lane: id, count: format.count(weights.length), limit: significant(limit, 2) });
  }

  /**
   * @param {SnapshotFrame} snapshot
   * @param {string} layer
   * @param {number} lane
   */
  #start(snapshot, layer, lane) {
    const of = [snapshot.run, layer].join();
    const { data: sent, shape: [lanes] = [] } = snapshot.tensors.get(`start/${layer}.weight`) ?? {};
    if (sent instanceof Int8Array || sent instanceof Float32Array) this.start = { of, values: sent, lanes };
    if (this.start?.of !== of) return null;
    const size = this.start.values.length / this.start.lanes;
    const from = Math.min(lane, this.start.lanes - 1) * size;
    return this.start.values.subarray(from, from + size);
  }
}

/** The selected kernel on the image: its feature map, and, behind ReLU, what that leaves of it. */
export class ForwardFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "trace", "snapshot"];

  /** @override */
  subjects() {
    return this.ofTrace;
  }

  /** @override */
  draw() {
    const { experiment, snapshot } = this.store;
    /** @type {Trace | null} */
    const trace = this.found("trace");
    if (!experiment || !trace || !snapshot) return;
    const { place, out } = this.#kernel(experiment.layers);
    const layer = experiment.layers[place];
    if (!layer?.weight_shape) {
      this.lacks("where");
      return;
    }
    const [, channels, rows, cols] = layer.weight_shape;
    const before = place === 0 ? trace.pixels : trace.forward[experiment.layers[place - 1].name];
    const first = channelOf(experiment.layers, layer.name, { out, in: 0 });
    const inputs = before ? mapOf(before, first, channels) : null;
    this.paint(this.part("input"), inputs, sizeOf(layer.input_shape));
    const index = experiment.lanes.findIndex(({ id }) => id === trace.lane);
    const length = channels * rows * cols;
    const kernels = laneValues(snapshot, layer.name, "weight", index, "", { from: out * length, to: (out + 1) * length });
    const { limit } = limitOf(snapshot, layer.name, "weight");
    this.paint(this.part("kernel"), kernels, { rows, cols }, { limit });
    const z = trace.forward[layer.name] ? mapOf(trace.forward[layer.name], out) : null;
    const size = sizeOf(layer.output_shape);
    this.paint(this.part("output"), z, size);
    const { format } = this.translator;
    const more = channels > MOST_MAPS ? " …" : "";
    this.say("input", { shape: layer.input_shape.join("×") + more });
    this.say("kernel", { shape: [channels, rows, cols].join("×") + more, step: format.count(snapshot.laneSteps[index]) });
    const positive = z && { count: format.count(z.filter((value) => value > 0).length) };
    const passes = layersOf(experiment, trace.lane)[place + 1]?.gates;
    this.say("relu", passes ? positive : null);
    this.say("positive", passes ? null : positive);
    this.say(
      "where",
      z && {
        lane: trace.lane,
        step: format.count(trace.step),
        layer: layer.name,
        filter: out,
        positions: format.count(z.length),
        least: significant(least(z), DIGITS),
        most: significant(most(z), DIGITS),
      },
    );
    const bias = snapshot.tensors.get(`params/${layer.name}.bias`);
    const spec = experiment.config.architecture[place];
    // During training the weights are levels, and of another step than the maps.
    const same = kernels instanceof Float32Array && trace.run === snapshot.run && trace.step === snapshot.step;
    if (!same || !z || !inputs || !bias || !spec.stride || !spec.padding || !spec.dilation) {
      for (const name of ["sum", "single"]) this.say(name, null);
      return;
    }
    const at = farthest(z, size.cols);
    const { stride, padding, dilation } = spec;
    const geometry = { ...sizeOf(layer.input_shape), height: rows, width: cols, stride, padding, dilation };
    const sums = channelSums(inputs, kernels, geometry, at);
    const shown = (/** @type {number} */ value) => significant(value, DIGITS + 1);
    const terms = [sums.reduce((total, one) => total + one, 0), Number(bias.data[index * bias.shape[1] + out])];
    const whole = equation(terms, (sum, added) => sum + added, z[at.row * size.cols + at.col]);
    const said = {
      row: at.row,
      col: at.col,
      channels: format.count(channels),
      terms: this.translator.join("list", [...sums.slice(0, MOST_TERMS).map(shown), ...(channels > MOST_TERMS ? ["…"] : [])]),
      sum: whole.terms[0],
      bias: whole.terms[1],
      z: whole.result,
    };
    this.say("sum", channels > 1 ? said : null);
    this.say("single", channels > 1 ? null : said);
  }

  /** The selected kernel, or the first one if that is not in a conv layer. @param {Layer[]} layers */
  #kernel(layers) {
    const { current } = this.selection;
    const place = layers.findIndex(({ name, type }) => name === current?.layer && type === "conv");
    if (current && place >= 0) return { place, out: current.cell.out };
    return { place: layers.findIndex(({ type }) => type === "conv"), out: 0 };
  }
}

/** ∂L/∂(output) of each layer that learns, from the last to the first. */
export class BackwardFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "trace"];

  /** @override */
  subjects() {
    return this.ofTrace;
  }

  /** @override */
  draw() {
    /** @type {Trace | null} */
    const trace = this.found("trace");
    const { experiment } = this.store;
    if (!experiment || !trace) return;
    const layers = experiment.layers.filter(({ parameters }) => parameters > 0).reverse();
    showLayers(
      this,
      layers.map(({ name }) => ({ name, packed: trace.backward[name] })),
      "gradient",
    );
    const there = layers.some(({ name }) => name in trace.backward);
    this.say("where", there ? { lane: trace.lane, step: this.translator.format.count(trace.step) } : null);
  }
}

/** What each conv layer responds to, from low to high. */
export class LayersFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "trace"];

  /** @override */
  subjects() {
    return this.ofTrace;
  }

  /** @override */
  draw() {
    /** @type {Trace | null} */
    const trace = this.found("trace");
    const { experiment } = this.store;
    if (!experiment || !trace) return;
    const { layers, dataset } = experiment;
    const seen = layers.filter(({ activates }, index) => activates && layers[index - 1]?.always_shown);
    const convs = seen.length > 0 ? seen : layers.filter(({ always_shown: isShown }) => isShown);
    const image = { name: this.translator.text("phases.input"), packed: trace.pixels };
    const rows = convs.map(({ name }) => ({ name, packed: trace.forward[name] }));
    showLayers(this, [image, ...rows], "weight");
    const { label } = trace;
    const probabilities = probabilitiesOf(trace);
    const { format } = this.translator;
    const best = probabilities?.indexOf(Math.max(...probabilities)) ?? 0;
    this.say(
      "where",
      probabilities && {
        lane: trace.lane,
        step: format.count(trace.step),
        class: dataset.classes[label],
        best: dataset.classes[best],
        probability: format.percent(probabilities[best]),
      },
    );
  }
}

/**
 * Show a row of maps for each layer, with its name, its shape and the end of its colour scale.
 * @param {Figure} figure
 * @param {{name: string, packed: import("../stream/packed.js").Packed | undefined}[]} layers
 * @param {"weight" | "gradient"} scale
 */
function showLayers(figure, layers, scale) {
  const column = figure.part("layers");
  for (const { name, packed } of layers) {
    const place = figure.row(column, name);
    const label = place.querySelector("p");
    const [count, rows = 1, cols = 1] = packed?.shape ?? [];
    const values = packed ? unpack(packed) : null;
    // A dense layer's single numbers are one row.
    const map = rows * cols === 1 ? { rows: 1, cols: count } : { rows, cols };
    figure.paint(place, values, map, { scale, height: rows * cols === 1 ? 14 : ROW_HEIGHT });
    const most = values?.reduce((found, value) => Math.max(found, Math.abs(value)), 0) ?? 0;
    if (label)
      label.textContent = packed ? `${name} · ${(rows * cols === 1 ? [count] : packed.shape).join("×")} · ±${significant(most, 2)}` : name;
  }
}

/**
 * @param {import("../stream/packed.js").Packed} packed [map, row, col]
 * @param {number} index
 * @param {number} count of maps, from this one on
 */
function mapOf(packed, index, count = 1) {
  const size = packed.shape[1] * packed.shape[2];
  return unpack(packed).subarray(index * size, (index + count) * size);
}

/** @param {number[]} shape */
function sizeOf([, rows, cols]) {
  return { rows, cols };
}

/** @param {Float32Array} values */
function least(values) {
  return values.reduce((found, value) => Math.min(found, value), Infinity);
}

/** @param {Float32Array} values */
function most(values) {
  return values.reduce((found, value) => Math.max(found, value), -Infinity);
}
