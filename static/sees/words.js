import { significant } from "../base/format.js";
import { reach } from "../draw/maps.js";
import { imageText } from "../state/image.js";
import { inputGradient, lossOf } from "../state/input-gradient.js";
import { isAbout, percentText } from "../state/predictions.js";
import { responsesText } from "../state/responses.js";
import { laneValues, limitOf } from "../state/tensors.js";

/**
 * What the lanes make of the page's image, in words and numbers: the text of the pictures for those who can't see them.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

const DIGITS = 3;

/**
 * @param {Page} page
 * @param {number[]} lanes the indices of those that are shown
 * @param {import("../state/quantities.js").MapName} maps
 */
export function described({ store, image, translator }, lanes, maps) {
  const { experiment, shown } = store;
  if (!experiment || !shown || !isAbout(shown, image) || !image.known) return "";
  const { classes } = experiment.dataset;
  const parts = [imageText(translator, "image.name", { index: image.index, label: image.label }, experiment.dataset)];
  for (const lane of lanes) {
    const said = { lane: experiment.lanes[lane].id, step: translator.format.count(shown.laneSteps[lane]) };
    const probabilities = shown.tensors.get("image/probabilities")?.data.subarray(lane * classes.length, (lane + 1) * classes.length);
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    if (probabilities && best >= 0) {
      const percent = percentText(probabilities[best], translator.format);
      parts.push(translator.text("sees.summary.lane", { ...said, class: classes[best], percent }));
    }
    const gradient = maps === "sensitivity" ? inputGradient(shown, image, lane) : null;
    if (gradient) {
      const largest = significant(reach(gradient), DIGITS);
      parts.push(translator.text("summary.input", { largest, loss: translator.format.loss(lossOf(shown, image, lane)) }));
    }
    for (const {
      name,
      always_shown: isShown,
      output_shape: [out],
    } of experiment.layers) {
      const values = isShown ? laneValues(shown, name, maps, lane) : null;
      if (!values) continue;
      parts.push(responsesText(maps, values, out, limitOf(shown, name, maps).limit, name, translator));
    }
  }
  if (maps === "sensitivity" && image.isUnlabelled) parts.push(translator.text("quantity.sensitivity.unlabelled"));
  return translator.join("sentences", parts);
}
