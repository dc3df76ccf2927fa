/**
 * What the lanes predict for an image. Pure.
 *
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {{class: number, probability: number}} Guess  the index of a class
 *
 * An image: its index, and those that it had some strokes ago.
 * @typedef {{index: number, earlier: number[]}} Image
 */

/** How many classes are named. */
export const MOST_GUESSES = 3;

/**
 * Whether a snapshot's predictions, responses and gradients are of this image; of a picture that is being drawn, also of how it was
 * some strokes ago.
 * @param {SnapshotFrame | null} snapshot
 * @param {Image} image
 */
export function isAbout(snapshot, { index, earlier }) {
  const about = snapshot?.image ?? null;
  return about !== null && (about === index || earlier.includes(about));
}

/**
 * A lane's most probable classes, the most probable first.
 * @param {SnapshotFrame | null} snapshot
 * @param {number} lane
 * @param {Image} image
 * @returns {Guess[]} none if the snapshot is about another image, or the lane's numbers are not finite
 */
export function guessesOf(snapshot, lane, image) {
  const tensor = isAbout(snapshot, image) ? snapshot?.tensors.get("image/probabilities") : undefined;
  if (!tensor) return [];
  const [, classes] = tensor.shape;
  const all = Array.from(tensor.data.subarray(lane * classes, (lane + 1) * classes), (probability, index) => ({
    class: index,
    probability,
  }));
  if (!all.every(({ probability }) => Number.isFinite(probability))) return [];
  return all.sort((one, other) => other.probability - one.probability).slice(0, MOST_GUESSES);
}

/**
 * A probability in whole per cent, always as wide: "<1%" and ">99%" for what would be rounded to none or all.
 * @param {number} probability
 * @param {import("../base/format.js").NumberFormats} format
 */
export function percentText(probability, { wholePercent }) {
  if (probability > 0 && probability < 0.005) return `<${wholePercent(0.01)}`;
  if (probability > 0.995 && probability < 1) return `>${wholePercent(0.99)}`;
  return wholePercent(probability);
}
