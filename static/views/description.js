/**
 * The line under the name: data set and architecture in one glance.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").Experiment} Experiment
 * @typedef {import("../types.js").LayerSpec} LayerSpec
 */

/**
 * @param {Experiment} experiment
 * @param {Translator} translator
 */
export function describe(experiment, translator) {
  const { config, dataset } = experiment;
  return [
    dataset.title,
    translator.text("description.images", { count: translator.format.count(dataset.train_size) }),
    config.architecture.flatMap(layerName).join(" → "),
    translator.text("description.batch", { size: config.batch_size }),
    translator.text("description.seed", { seed: config.seed }),
  ].join(" · ");
}

/**
 * Layer names are the field's own and stay as they are in every language. Layers without weights go without saying.
 * @param {LayerSpec} spec
 */
function layerName(spec) {
  if (spec.type === "conv" && spec.kernel) return [`conv ${spec.kernel.join("×")} ×${spec.filters}`];
  if (spec.type === "dense") return [`dense ${spec.units}`];
  return [];
}
