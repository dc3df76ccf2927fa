import { significant } from "../base/format.js";
import { layerName } from "../state/description.js";
import { percentText } from "../state/predictions.js";
import { laneValues } from "../state/tensors.js";
import { REACH } from "../stream/protocol.js";

/**
 * What the lanes make of the page's image, in words and numbers: the text of the pictures for those who can't see them.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

const DIGITS = 3;

/**
 * @param {Page} page
 * @param {number[]} lanes the indices of those that are shown
 */
export function described({ store, image, translator }, lanes) {
  const { experiment, shown } = store;
  if (!experiment || !shown || shown.image !== image.index || image.label === null) return "";
  const { classes } = experiment.dataset;
  const parts = [translator.text("image.name", { index: image.index, class: classes[image.label] })];
  for (const lane of lanes) {
    const said = { lane: experiment.lanes[lane].id, step: translator.format.count(shown.laneSteps[lane]) };
    const probabilities = shown.tensors.get("image/probabilities")?.data.subarray(lane * classes.length, (lane + 1) * classes.length);
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    if (probabilities && best >= 0) {
      const percent = percentText(probabilities[best], translator.format);
      parts.push(translator.text("sees.summary.lane", { ...said, class: classes[best], percent }));
    }
    for (const {
      name,
      always_shown: isShown,
      output_shape: [out],
    } of experiment.layers) {
      const values = isShown ? laneValues(shown, name, "response", lane) : null;
      if (!values) continue;
      const answers = strongest(values, out, shown.limits.get(`responses/${name}`)?.limit ?? 0);
      const silent = answers.filter((answer) => answer === 0).length;
      if (silent === out) {
        parts.push(translator.text("sees.summary.silent", { layer: layerName(name, translator) }));
        continue;
      }
      const filter = answers.indexOf(Math.max(...answers));
      const largest = Number.isFinite(answers[filter]) ? significant(answers[filter], DIGITS) : translator.text("sees.summary.beyond");
      parts.push(translator.text("sees.summary.layer", { layer: layerName(name, translator), filter, largest, silent, filters: out }));
    }
  }
  return translator.join("sentences", parts);
}

/**
 * The largest response of each filter, by magnitude; Infinity where it is only known to lie beyond the scale.
 * @param {Int8Array | Float32Array} values [out, row, col]
 * @param {number} out
 * @param {number} limit of the scale, if the values are levels
 */
export function strongest(values, out, limit) {
  const size = values.length / out;
  return Array.from({ length: out }, (_, filter) => {
    let most = 0;
    for (const value of values.subarray(filter * size, (filter + 1) * size)) most = Math.max(most, Math.abs(value));
    if (values instanceof Float32Array) return most;
    return most > REACH ? Infinity : (most * limit) / REACH;
  });
}
