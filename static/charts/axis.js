/**
 * The place of a step on the horizontal axis, interpolated linearly between steps (a mean lies in the middle of its own). Pure.
 *
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {"step" | "epoch" | "images" | "seconds"} AxisName
 * @typedef {{train: number, batch: number}} Sizes  images of the training set, and of a mini-batch
 */

/**
 * Images seen after this step. The last mini-batch of an epoch is smaller if the batch size doesn't divide the training set.
 * @param {number} step a whole one
 * @param {Sizes} sizes
 */
export function imagesAfter(step, { train, batch }) {
  const batches = Math.ceil(train / batch);
  return Math.floor(step / batches) * train + (step % batches) * batch;
}

/**
 * Images of the mini-batch of this step.
 * @param {number} step from 1 on
 * @param {Sizes} sizes
 */
export function imagesOf(step, sizes) {
  return imagesAfter(step, sizes) - imagesAfter(step - 1, sizes);
}

/**
 * @param {number} step
 * @param {Series} series
 * @returns {number} of training, without pauses
 */
function secondsAfter(step, series) {
  const row = series.rowBefore(step);
  return row < 0 ? 0 : series.columns.seconds.data[row];
}

/**
 * @param {AxisName} axis
 * @param {Series} series
 * @param {Sizes} sizes
 * @returns {(step: number) => number}
 */
export function placing(axis, series, sizes) {
  if (axis === "step") return (step) => step;
  /** @param {number} step */
  const whole = (step) => {
    if (axis === "seconds") return secondsAfter(step, series);
    return axis === "images" ? imagesAfter(step, sizes) : imagesAfter(step, sizes) / sizes.train;
  };
  return (step) => {
    const before = Math.floor(step);
    const place = whole(before);
    return step === before ? place : place + (step - before) * (whole(before + 1) - place);
  };
}

/**
 * Find the step nearest to a place on the axis.
 * @param {number} place
 * @param {(step: number) => number} placeOf rising
 * @param {number} lastStep
 */
export function nearestStep(place, placeOf, lastStep) {
  let low = 0;
  let high = lastStep;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(middle) < place) low = middle + 1;
    else high = middle;
  }
  return low > 0 && place - placeOf(low - 1) <= placeOf(low) - place ? low - 1 : low;
}
