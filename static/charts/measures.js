/**
 * The measures that the charts can show, and where the scalar history has their numbers. Pure.
 *
 * @typedef {import("../stream/series.js").Series} Series
 *
 * Rows are steps, or observations.
 * @typedef {object} Source
 * @property {(series: Series) => number} length
 * @property {(series: Series) => number} lastStep up to which the rows are complete
 * @property {(series: Series, row: number) => number} stepOf
 *
 * @typedef {object} Measure
 * @property {Source} source
 * @property {(series: Series, row: number, lane: number) => number} value
 * @property {"test.loss" | "test.accuracy" | null} test  the same measure on the test set
 * @property {boolean} singles  the line is a running median; the values themselves are points
 * @property {boolean} isShare  0 to 1, always on a linear axis
 */

/** The number of observations in the running median. */
export const MEDIAN_OF = 5;

/** @type {Source} */
const STEPS = {
  length: (series) => series.rows,
  lastStep: (series) => series.lastStep,
  stepOf: (series, row) => series.stepOf(row),
};

/** An observation arrives some steps after the step it belongs to. @type {Source} */
const OBSERVATIONS = {
  length: (series) => series.observations,
  lastStep: (series) => (series.observations > 0 ? series.observedStep(series.observations - 1) : 0),
  stepOf: (series, row) => series.observedStep(row),
};

/**
 * @param {import("../stream/scalars.js").ColumnName} name
 * @param {Partial<Measure>} [more]
 * @returns {Measure}
 */
function column(name, more) {
  const value = (/** @type {Series} */ series, /** @type {number} */ row, /** @type {number} */ lane) =>
    series.columns[name].data[row * series.lanes + lane];
  return { source: STEPS, value, test: null, singles: false, isShare: false, ...more };
}

export const MEASURES = {
  loss: column("loss", { test: "test.loss" }),
  accuracy: column("accuracy", { test: "test.accuracy", isShare: true }),
  gradient: column("gradient_norm"),
  weight: column("weight_norm"),
  /** ‖W_new − W_old‖ / ‖W_old‖ */
  update: column("weight_norm", {
    value({ columns, lanes }, row, lane) {
      const place = row * lanes + lane;
      return columns.update_norm.data[place] / columns.weight_norm.data[place];
    },
  }),
  /** lr / α* */
  ratio: column("loss", {
    source: OBSERVATIONS,
    value: (series, row, lane) => series.observedAt("observed.ratio", row, lane),
    singles: true,
  }),
};

/** @typedef {keyof typeof MEASURES} MeasureName */

/**
 * The median of lr / α* of an observation and up to four before it. An infinite one is greater than all others.
 * @param {Series} series
 * @param {number} row the observation
 * @param {number} lane
 * @returns {number} NaN if this observation is
 */
export function runningMedian(series, row, lane) {
  if (Number.isNaN(series.observedAt("observed.ratio", row, lane))) return NaN;
  const values = [];
  for (let other = Math.max(0, row - MEDIAN_OF + 1); other <= row; other += 1) {
    const value = series.observedAt("observed.ratio", other, lane);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}
