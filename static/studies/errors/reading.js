/**
 * What the predictions of a test say: confusion matrices, the most confident errors, what two lanes disagree on. Pure.
 *
 * A lane's last test.
 * @typedef {object} Tested
 * @property {number} step
 * @property {number} right        how many images
 * @property {number[]} predicted  the class of each image; NOTHING where the network's numbers were not finite
 * @property {Float32Array} confidence  the probability of that class
 *
 * Which images are listed: those that a lane gets wrong, those in a cell of its matrix, or those that one lane gets right and another
 * wrong.
 * @typedef {{lane: string, label?: number, predicted?: number, right?: string}} Choice
 */

/** The class of an image of which a lane predicts nothing. */
export const NOTHING = -1;
const NOTHING_TEXT = "none";

/**
 * Count the images by label and predicted class.
 * @param {number[]} labels
 * @param {number[]} predicted
 * @param {number} classes
 * @returns {number[][]} [label][predicted]; in a last column those without a prediction
 */
export function confusion(labels, predicted, classes) {
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes + 1 }, () => 0));
  labels.forEach((label, image) => {
    const at = predicted[image];
    counts[label][at === NOTHING ? classes : at] += 1;
  });
  return counts;
}

/**
 * The chosen images, the most confident first; those without a prediction last.
 * @param {number[]} labels
 * @param {Map<string, Tested>} tests by lane
 * @param {Choice} choice
 * @returns {number[]} indices
 */
export function chosenImages(labels, tests, { lane, label, predicted, right }) {
  const test = tests.get(lane);
  if (!test) return [];
  const other = right === undefined ? undefined : tests.get(right);
  const found = labels.flatMap((own, image) => {
    const guess = test.predicted[image];
    const isChosen = label === undefined ? guess !== own : own === label && guess === predicted;
    return isChosen && (right === undefined || other?.predicted[image] === own) ? [image] : [];
  });
  const sure = (/** @type {number} */ image) => (Number.isFinite(test.confidence[image]) ? test.confidence[image] : -1);
  return found.sort((one, another) => sure(another) - sure(one) || one - another);
}

/**
 * How many images two lanes agree on, and on how many only one is right.
 * @param {number[]} labels
 * @param {Tested} one
 * @param {Tested} other
 */
export function agreement(labels, one, other) {
  const found = { both: 0, one: 0, other: 0, neither: 0 };
  labels.forEach((label, image) => {
    const [first, second] = [one, other].map(({ predicted }) => predicted[image] === label);
    found[first ? (second ? "both" : "one") : second ? "other" : "neither"] += 1;
  });
  return found;
}

/**
 * Write a choice for the page's address: `A`, `A.4.9` for a cell, `A.B` for what A gets right and B wrong.
 * @param {Choice} choice
 */
export function choiceText({ lane, label, predicted, right }) {
  if (right !== undefined) return `${right}.${lane}`;
  if (label === undefined) return lane;
  return [lane, label, predicted === NOTHING ? NOTHING_TEXT : predicted].join(".");
}

/**
 * @param {string} text
 * @param {string[]} lanes
 * @param {number} classes
 * @returns {Choice | null} null: it names none of these
 */
export function readChoice(text, lanes, classes) {
  const [first, second, third, ...more] = text.split(".");
  if (more.length > 0 || !lanes.includes(first)) return null;
  if (second === undefined) return { lane: first };
  if (third === undefined) return lanes.includes(second) && second !== first ? { lane: second, right: first } : null;
  const [label, predicted] = [classOf(second), third === NOTHING_TEXT ? NOTHING : classOf(third)];
  return label < classes && predicted < classes ? { lane: first, label, predicted } : null;
}

/** @param {string} text @returns {number} Infinity: it is no class */
function classOf(text) {
  return /^\d+$/.test(text) ? Number(text) : Infinity;
}
