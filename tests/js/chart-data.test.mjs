import assert from "node:assert/strict";
import { test } from "node:test";

import { Series } from "../../static/series.js";
import { ChartPoints, lossRange, logTicks, spread, stretchFor, votingLanes } from "../../static/views/chart-data.js";

/**
 * @param {Series} series
 * @param {number[][]} loss a row a step
 * @param {number[]} [tests]
 * @param {{steps?: number[], lastStep?: number}} [thinned] the steps that have a row
 */
function append(series, loss, tests = [], { steps, lastStep } = {}) {
  const lanes = loss[0].length;
  const firstStep = series.lastStep + 1;
  series.append({
    kind: "scalars",
    run: 1,
    firstStep,
    lastStep: lastStep ?? series.lastStep + loss.length,
    stretch: steps ? 2 : 1,
    lanes,
    step: Int32Array.from(steps ?? loss.map((_, index) => firstStep + index)),
    loss: Float32Array.from(loss.flat()),
    accuracy: new Float32Array(loss.length * lanes),
    learningRate: new Float64Array(loss.length * lanes),
    testStep: Int32Array.from(tests),
    testLoss: Float32Array.from(tests.flatMap((step) => new Array(lanes).fill(step))),
    testAccuracy: new Float32Array(tests.length * lanes),
  });
  return series;
}

/** @param {number[][]} loss @param {number[]} [tests] */
const seriesOf = (loss, tests) => append(new Series(1), loss, tests);

/** @param {Series} series @param {"loss" | "accuracy"} measure @param {number} most */
const chartData = (series, measure, most) => new ChartPoints(most).collect(series, measure);

test("a short history is drawn step by step, at its own steps", () => {
  const data = chartData(seriesOf([[3], [2], [1]], [0, 2]), "loss", 10);
  assert.equal(data.stretch, 1);
  assert.deepEqual(data.x, [0, 1, 2, 3]);
  assert.deepEqual(data.batch, [[undefined, 3, 2, 1]]);
  assert.deepEqual(data.test, [[0, undefined, 2, undefined]]);
});

test("a long one in means over round stretches, each at the middle of its own", () => {
  const loss = Array.from({ length: 1003 }, (_, index) => [index + 1]);
  const data = chartData(seriesOf(loss, [0, 1000]), "loss", 120);
  assert.equal(data.stretch, 10);
  const points = data.x.map((x, index) => [x, data.batch[0][index]]).filter(([, value]) => value !== undefined);
  assert.equal(points.length, 100);
  for (const [x, value] of points) assert.equal(value, x);
  assert.ok(data.x.every((x, index) => index === 0 || x > data.x[index - 1]));
});

test("what is added later changes nothing of what is there, and is the same as all at once", () => {
  const loss = Array.from({ length: 300 }, (_, index) => [Math.sin(index)]);
  const series = new Series(1);
  const points = new ChartPoints(120);
  for (let step = 0; step < 300; step += 7) {
    append(series, loss.slice(step, step + 7), step % 70 === 0 ? [step] : []);
    points.collect(series, "loss");
  }
  const tests = Array.from({ length: 5 }, (_, index) => 70 * index);
  assert.deepEqual(points.collect(series, "loss"), chartData(seriesOf(loss, tests), "loss", 120));
});

test("where nothing new is to be drawn, the points are the very same", () => {
  const series = append(new Series(1), Array.from({ length: 300 }, () => [1]));
  const points = new ChartPoints(120);
  const data = points.collect(series, "loss");
  append(series, [[1]]);
  assert.equal(points.collect(series, "loss"), data, "a stretch that isn't over is no point yet");
  append(series, [[1]], [300]);
  const tested = points.collect(series, "loss");
  assert.notEqual(tested, data);
  append(series, Array.from({ length: 4 }, () => [1]));
  assert.notEqual(points.collect(series, "loss"), tested);
  assert.notEqual(points.collect(series, "accuracy"), points.collect(series, "loss"));
});

test("a stretch that came thinned keeps its least and its greatest value at their own steps", () => {
  const series = append(new Series(1), [[5], [1], [90], [4], [3]], [], { steps: [1, 30, 34, 60, 100], lastStep: 100 });
  append(series, Array.from({ length: 100 }, () => [2]));
  const data = chartData(series, "loss", 4);
  assert.equal(data.stretch, 50);
  assert.deepEqual(data.x, [30, 34, 60, 100, 125.5, 175.5]);
  assert.deepEqual(data.batch, [[1, 90, 4, 3, 2, 2]]);
});

test("only lanes that are training have a say, unless there is none", () => {
  /** @param {...import("../../static/types.js").LaneStatus} statuses */
  const lanes = (...statuses) =>
    statuses.map((status, index) => ({ id: "ABC"[index], learning_rate: 1, status, step: null, cause: null, reason: null }));
  assert.deepEqual(votingLanes(lanes("training", "collapsed", "training")), [0, 2]);
  assert.deepEqual(votingLanes(lanes("diverged", "collapsed")), [0, 1]);
});

test("what is no finite number is a gap", () => {
  const data = chartData(seriesOf([[1, 1], [1, Infinity], [1, NaN]]), "loss", 10);
  assert.deepEqual(data.batch[1], [1, null, null]);
});

test("points keep their place as the run grows", () => {
  assert.deepEqual([0, 120, 121, 240, 600, 1201, 120000].map((steps) => stretchFor(steps, 120)), [1, 1, 2, 2, 5, 20, 1000]);
});

test("a lane without a say does not stretch the axis", () => {
  const data = chartData(seriesOf([[2, 2], [1, 1e9]]), "loss", 10);
  assert.ok(lossRange(data, [0], "linear")[1] < 3);
  assert.ok(lossRange(data, [0, 1], "linear")[1] > 1e9);
  assert.ok(lossRange(data, [0], "log")[0] > 0);
  // What a lane had reached before it blew up stays in the picture.
  const fallen = { stretch: 1, x: [1, 2], batch: [[2, 2], [0.1, 900]], test: [[], []] };
  assert.ok(lossRange(fallen, [0], "log")[0] < 0.1);
  assert.ok(lossRange(fallen, [0], "log")[1] < 3);
});

test("a logarithmic axis has marks also within one decade", () => {
  for (const [low, high] of [[2, 2.9], [0.1, 3], [1e-4, 1e4]]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.length >= 2 && ticks.length <= 9, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= low && tick <= high));
  }
});

test("labels that would overlap are moved apart, within bounds and in order", () => {
  assert.deepEqual(spread([50, 10], 12, 0, 100), [50, 10]);
  assert.deepEqual(spread([99, 98, 10], 12, 0, 100), [100, 88, 10]);
});
