import { layerName } from "../../state/description.js";

/**
 * What happened to a filter, in words.
 *
 * @param {import("../../state/emergence.js").Event} event
 * @param {import("../../base/i18n.js").Translator} translator
 * @param {string[]} classes
 */
export function eventText({ step, layer, out, what, begins, value }, translator, classes) {
  const values = {
    step: translator.format.count(step),
    layer: layerName(layer, translator),
    filter: out,
    class: classes[value] ?? "",
  };
  return translator.text(`emergence.event.${what}.${begins ? "begins" : "ends"}`, values);
}
