import { rateText } from "../base/format.js";
import { channelOf } from "./tensors.js";
import { isPlanted, plantedWith } from "./truth.js";

/**
 * The line under the name: data set and architecture at a glance.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Dataset} Dataset
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("../base/types.js").Optimizer} Optimizer
 */

/** A line ends between layers, not within "conv 7×7 ×8". */
const NO_BREAK = "\u00a0";
const COLOURS = ["red", "green", "blue"];

/**
 * @param {Experiment} experiment
 * @param {Translator} translator
 */
export function describe(experiment, translator) {
  const { config, dataset, layers } = experiment;
  return [
    datasetTitle(dataset, translator),
    translator.text("description.images", { count: translator.format.count(dataset.train_size) }),
    ...augmented(config.augmentation, translator),
    layers
      .filter(({ summary }) => summary)
      .map(({ summary }) => inWords(summary, translator).replaceAll(" ", NO_BREAK))
      .join(" → "),
    translator.text("description.batch", { size: config.batch_size }),
    translator.text("description.seed", { seed: config.seed }),
  ].join(" · ");
}

/**
 * What is done at random to training images, if anything is.
 * @param {import("../base/types.js").Config["augmentation"] | undefined} augmentation
 * @param {Translator} translator
 */
function augmented({ shift, flip, crop } = { shift: 0, flip: false, crop: 0 }, translator) {
  const what = [
    ...(shift > 0 ? [translator.text("description.shift", { n: shift })] : []),
    ...(flip ? [translator.text("description.flip")] : []),
    ...(crop > 0 ? [translator.text("description.crop", { share: translator.format.axisPercent(crop) })] : []),
  ];
  return what.length > 0 ? [translator.text("description.augmented", { what: translator.join("list", what) })] : [];
}

/**
 * Name the kind of a layer, with which its summary begins, in the page's language if the page knows it.
 * @param {string} summary "dense 10"
 * @param {Translator} translator
 */
function inWords(summary, translator) {
  const [kind, ...rest] = summary.split(" ");
  const key = `layer.kind.${kind}`;
  return [translator.has(key) ? translator.text(key) : kind, ...rest].join(" ");
}

/**
 * A layer's name for reading: the usual names of dense layers, which are a word, in the page's language.
 * @param {string} name "dense", "dense2"; any other stays as it is
 * @param {Translator} translator
 */
export function layerName(name, translator) {
  const [, number] = /^dense(\d*)$/.exec(name) ?? [];
  return number === undefined ? name : translator.text("layer.kind.dense") + number;
}

/**
 * A layer's name in a lane: one named after its kind is called what it is there, "tanh1" where the lane has tanh in place of "relu1".
 * @param {Experiment} experiment
 * @param {string} lane its id
 * @param {string} name
 * @param {Translator} translator
 */
export function nameIn({ layers, lanes }, lane, name, translator) {
  const [its, own] = [layers, lanes.find(({ id }) => id === lane)?.layers].map((all) => all?.find((layer) => layer.name === name)?.type);
  const isNamedSo = its && own && name.startsWith(its);
  return layerName(isNamedSo ? own + name.slice(its.length) : name, translator);
}

/**
 * The name of an experiment: its owner's, or else one in the page's language that says what is compared on which data.
 * @param {Pick<Experiment, "name" | "config" | "dataset">} experiment
 * @param {Translator} translator
 */
export function nameOf({ name, config, dataset }, translator) {
  if (name) return name;
  const things = comparedText(config.lanes, translator);
  const rates = new Set(config.lanes.map((lane) => lane.learning_rate));
  const values = { n: config.lanes.length, rate: rateText(config.lanes[0].learning_rate), data: datasetTitle(dataset, translator) };
  if (config.lanes.length === 1) return translator.text("name.rate", values);
  if (things) return translator.text("name.compared", { things, ...values });
  return translator.text(rates.size === config.lanes.length ? "name.rates" : "name.lanes", values);
}

/**
 * @param {Optimizer} optimizer
 * @param {Translator} translator
 * @returns {string} "SGD", "momentum 0.9", "Adam"
 */
export function optimizerText({ type, momentum, nesterov }, translator) {
  if (type !== "sgd") return translator.text(`lane.optimizer.${type}`);
  if (!momentum) return translator.text("lane.optimizer.sgd");
  return translator.text(`lane.optimizer.${nesterov ? "nesterov" : "momentum"}`, { momentum: rateText(momentum) });
}

/** Names that are the same in every language. */
const ACTIVATIONS = { relu: "ReLU", leaky: "leaky ReLU", tanh: "tanh", sigmoid: "sigmoid", gelu: "GELU" };

/**
 * What a lane has of its own besides its optimizer: how it begins, its activation, its batch.
 * @param {LaneConfig} lane
 * @param {Translator} translator
 * @returns {string[]} ["He"], ["σ 0.02"], ["tanh"], ["batch 16"]
 */
export function ownTexts({ init, activation, batch }, translator) {
  const beginning = init && (init.type === "he" ? "He" : `σ ${rateText(init.std ?? NaN)}`);
  const size = batch && translator.text("lane.batch", { n: translator.format.count(batch) });
  return [beginning, activation && ACTIVATIONS[activation], size].filter((text) => typeof text === "string");
}

/**
 * What lanes compare besides rates, if each says what it has: "He, σ 0.02"; empty if nothing.
 * @param {LaneConfig[]} lanes
 * @param {Translator} translator
 */
function comparedText(lanes, translator) {
  const texts = lanes.map((lane) => {
    const own = ownTexts(lane, translator);
    return own.length > 0 ? own.join(" ") : optimizerText(lane.optimizer, translator);
  });
  const different = [...new Set(texts)];
  return different.length > 1 ? translator.join("list", different) : "";
}

/**
 * Name a data set in the page's language if the page knows it, else as the server does.
 * @param {Dataset} dataset
 * @param {Translator} translator
 */
export function datasetTitle({ name, title }, translator) {
  if (isPlanted({ name }) && name.includes(":")) return translator.text("dataset.planted.of", plantedWith(name));
  const key = `dataset.${name}`;
  return translator.has(key) ? translator.text(key) : title;
}

/**
 * The experiment with the classes of its data set in the page's language.
 * @param {Experiment} experiment
 * @param {Record<string, string>} words that came with the page: of the classes that its language calls otherwise
 * @returns {Experiment}
 */
export function withClassesInWords(experiment, words) {
  const { dataset } = experiment;
  const classes = dataset.classes.map((name) => (Object.hasOwn(words, name) ? words[name] : name));
  return { ...experiment, dataset: { ...dataset, classes } };
}

/** The optimizers' own names, which are the same in every language. */
const OPTIMIZERS = new Map([
  ["sgd", "SGD"],
  ["adam", "Adam"],
  ["adamw", "AdamW"],
]);

/**
 * @param {Optimizer} optimizer
 * @param {Translator} translator
 */
export function optimizerName({ type, momentum, nesterov, weight_decay: decay }, translator) {
  const key = nesterov ? "optimizer.nesterov" : "optimizer.momentum";
  const settings = [
    momentum ? translator.text(key, { value: rateText(momentum) }) : "",
    decay ? translator.text("optimizer.weight_decay", { value: rateText(decay) }) : "",
  ];
  return translator.join("list", [OPTIMIZERS.get(type) ?? type, ...settings].filter(Boolean));
}

/**
 * The input channel of a kernel: its index, and its colour if it is one of a colour image.
 * @param {import("../base/types.js").Layer[] | undefined} layers
 * @param {string} name of its layer
 * @param {{out: number, in: number}} kernel
 * @param {Translator} translator
 */
export function channelText(layers, name, kernel, translator) {
  const channel = channelOf(layers, name, kernel);
  const isFirst = layers?.find(({ parameters }) => parameters > 0)?.name === name;
  if (!isFirst || layers?.[0].input_shape[0] !== COLOURS.length) return String(channel);
  return translator.text("channel.named", { channel, colour: translator.text(`channel.${COLOURS[channel]}`) });
}
