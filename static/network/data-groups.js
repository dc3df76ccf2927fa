import { datasetTitle } from "../state/description.js";

/**
 * The options of the choice of a data set, in groups by where they come from.
 *
 * @typedef {import("../base/types.js").Dataset} Dataset
 */

/** In the order of the choice. @type {Dataset["origin"][]} */
const ORIGINS = ["shipped", "download", "own"];

/**
 * @param {Dataset[]} datasets
 * @param {import("../base/i18n.js").Translator} translator
 */
export function dataGroups(datasets, translator) {
  return ORIGINS.flatMap((origin) => {
    const those = datasets.filter((one) => one.origin === origin);
    if (those.length === 0) return [];
    const group = document.createElement("optgroup");
    group.label = translator.text(`network.data.${origin}`);
    group.append(...those.map((one) => new Option(datasetTitle(one, translator), one.name)));
    return [group];
  });
}
