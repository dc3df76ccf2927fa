import { runningMedian } from "./measures.js";

/**
 * The numbers of a measure at a step. Pure.
 *
 * @typedef {object} Reading
 * @property {boolean} isEmpty           there is no line yet
 * @property {(lane: number) => number} line
 * @property {number | null} pointStep   of the latest test result or observation at that step; null: none
 * @property {(lane: number) => number} point
 */

/**
 * @param {import("./measures.js").Measure} measure
 * @param {import("../stream/series.js").Series} series
 * @param {number} step one that has a row; 0: none yet
 * @returns {Reading}
 */
export function readingOf(measure, series, step) {
  if (measure.singles) {
    const observation = series.observedBefore(step);
    return {
      isEmpty: observation < 0,
      line: (lane) => runningMedian(series, observation, lane),
      pointStep: observation < 0 ? null : series.observedStep(observation),
      point: (lane) => measure.value(series, observation, lane),
    };
  }
  const { test } = measure;
  const result = test ? series.testBefore(step) : -1;
  const row = series.rowBefore(step);
  return {
    isEmpty: row < 0,
    line: (lane) => measure.value(series, row, lane),
    pointStep: result < 0 ? null : series.testStep(result),
    point: (lane) => (test ? series.testAt(test, result, lane) : NaN),
  };
}
