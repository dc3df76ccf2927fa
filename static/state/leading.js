/**
 * Which lane the page shows as long as nobody has chosen one: the one that learns. Pure.
 *
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("../stream/series.js").Series} Series
 */

/** By how much of the test set another lane must be ahead to take over: less may be gone at the next test. */
const AHEAD = 0.1;

/**
 * Before the first step the lane whose rate is in the middle; then, among those that go on learning, the one with the best accuracy at
 * the newest test, but the present one as long as no other is well ahead.
 * @param {Pick<Lane, "status" | "learning_rate">[]} lanes
 * @param {Series} series
 * @param {number} present the index of the lane shown now
 */
export function leadingLane(lanes, series, present) {
  const all = lanes.map((_, lane) => lane);
  const alive = all.filter((lane) => lanes[lane].status === "training");
  const byRate = (alive.length > 0 ? alive : all).sort((one, other) => lanes[one].learning_rate - lanes[other].learning_rate);
  const middle = byRate[(byRate.length - 1) >> 1] ?? 0;
  const test = series.testBefore(series.lastStep);
  if (series.lastStep === 0 || test < 0) return middle;
  const accuracy = (/** @type {number} */ lane) => series.testAt("test.accuracy", test, lane);
  const best = byRate.reduce((found, lane) => (accuracy(lane) > accuracy(found) ? lane : found), middle);
  const stays = byRate.includes(present) && !(accuracy(best) > accuracy(present) + AHEAD);
  return stays ? present : best;
}
