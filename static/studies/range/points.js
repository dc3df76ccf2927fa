import { readingOf } from "../../charts/measured.js";
import { MEASURES } from "../../charts/measures.js";
import { statusAt } from "../../state/verdict.js";

/**
 * How far each lane has come at its learning rate: a point of the picture. Pure.
 *
 * @typedef {import("../../base/types.js").Lane} Lane
 * @typedef {import("../../stream/series.js").Series} Series
 * @typedef {"accuracy" | "loss"} Measure
 *
 * @typedef {object} LanePoint
 * @property {string} id
 * @property {number} rate   the lane's present one
 * @property {number} value  NaN: it has diverged, and has no number any more
 * @property {boolean} isDead  it has diverged or collapsed
 *
 * @typedef {object} Standing
 * @property {number | null} step  at which all of it was measured; null: nothing has been
 * @property {boolean} isTest      on the test set; otherwise on the step's batch
 * @property {LanePoint[]} points  one for each shown lane
 * @property {string[]} best       the lanes that are ahead; more than one if they are equal
 */

/**
 * The newest test up to a step; before there is any, the batch of that step.
 * @param {Lane[]} lanes
 * @param {Set<string>} hidden
 * @param {Series} series
 * @param {Measure} measure
 * @param {number | null} past an earlier step that the page shows
 * @returns {Standing}
 */
export function standingOf(lanes, hidden, series, measure, past) {
  const at = past ?? series.lastStep;
  const { isEmpty, line, pointStep, point } = readingOf(MEASURES[measure], series, at);
  const isTest = pointStep !== null;
  const step = pointStep ?? (isEmpty ? null : series.stepOf(series.rowBefore(at)));
  const points = lanes.flatMap(({ id, learning_rate: rate, ...lane }, index) =>
    hidden.has(id)
      ? []
      : [
          {
            id,
            rate,
            value: step === null ? NaN : isTest ? point(index) : line(index),
            isDead: statusAt({ id, learning_rate: rate, ...lane }, past) !== "training",
          },
        ],
  );
  const values = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const top = measure === "accuracy" ? Math.max(...values) : Math.min(...values);
  return { step, isTest, points, best: points.filter(({ value }) => value === top).map(({ id }) => id) };
}

/**
 * What can be said of the best lanes: one alone is ahead of none.
 * @param {number} all  lanes that are compared
 * @param {number} best lanes that are equally good
 * @returns {"only" | "alike" | "ahead"}
 */
export function comparison(all, best) {
  if (all === 1) return "only";
  return best === all ? "alike" : "ahead";
}

/** What guessing gives: each of so many classes equally often, or with equal probability. @param {Measure} measure @param {number} classes */
export function guessing(measure, classes) {
  return measure === "accuracy" ? 1 / classes : Math.log(classes);
}

/**
 * Where the labels of points go so that none covers another or a point, as near as possible: to the right, the left, above or below.
 * @param {{x: number, y: number, width: number}[]} labels of points at these places
 * @param {{height: number, gap: number, left: number, right: number, top: number, bottom: number}} how  `gap`: from the middle of a point
 *   to its label; `top`, `bottom`: where the middle of a label may be
 * @returns {{x: number, y: number}[]} the middle of each label's left edge
 */
export function placeLabels(labels, { height, gap, left, right, top, bottom }) {
  /** @type {{x: number, y: number, width: number, height: number}[]} */
  const taken = labels.map(({ x, y }) => ({ x: x - gap / 2, y: y - gap / 2, width: gap, height: gap }));
  return labels.map(({ x, y, width }) => {
    const rings = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((ring) => [
      { x: x + gap, y: y - ring * height },
      { x: x - gap - width, y: y - ring * height },
      { x: x + gap, y: y + ring * height },
      { x: x - gap - width, y: y + ring * height },
    ]);
    const isFree = (/** @type {{x: number, y: number}} */ at) =>
      at.x >= left &&
      at.x + width <= right &&
      at.y >= top &&
      at.y <= bottom &&
      taken.every(
        (one) =>
          at.x >= one.x + one.width || at.x + width <= one.x || at.y - height / 2 >= one.y + one.height || at.y + height / 2 <= one.y,
      );
    const place = rings.find(isFree) ?? rings[0];
    taken.push({ ...place, y: place.y - height / 2, width, height });
    return place;
  });
}
