import assert from "node:assert/strict";
import { test } from "node:test";

import { Series } from "../../static/stream/series.js";
import { imagesAfter, imagesOf, nearestStep, placing } from "../../static/charts/axis.js";
import { ChartPoints, stretchFor, tableOf } from "../../static/charts/data.js";
import { fittedLanes, logTicks, spread, valueRange, votingLanes } from "../../static/charts/scale.js";
import { lonePoints } from "../../static/charts/lone.js";
import { PreviousRun } from "../../static/charts/previous.js";
import { readingOf } from "../../static/charts/measured.js";
import { MEASURES, runningMedian } from "../../static/charts/measures.js";

/**
 * @param {Series} series
 * @param {number[][]} loss a row a step
 * @param {number[]} [tests]
 * @param {{steps?: number[], lastStep?: number}} [thinned] the steps that have a row
 * @param {Record<number, number[]>} [ratios] of the lanes, by the step that was observed
 */
function append(series, loss, tests = [], { steps, lastStep } = {}, ratios = {}) {
  const lanes = loss[0].length;
  const firstStep = series.lastStep + 1;
  series.append({
    kind: "scalars",
    run: 1,
    firstStep,
    lastStep: lastStep ?? series.lastStep + loss.length,
    stretch: steps ? 2 : 1,
    lanes,
    filters: 0,
    tests: series.tests + tests.length,
    observations: Object.keys(ratios).length,
    columns: {
      step: Int32Array.from(steps ?? loss.map((_, index) => firstStep + index)),
      loss: Float32Array.from(loss.flat()),
      accuracy: new Float32Array(loss.length * lanes),
      learning_rate: new Float64Array(loss.length * lanes),
      gradient_norm: Float32Array.from(loss.flat(), (value) => 3 * value),
      weight_norm: new Float32Array(loss.length * lanes).fill(8),
      update_norm: Float32Array.from(loss.flat(), (value) => value / 2),
      seconds: Float64Array.from(loss, (_, index) => (firstStep + index) / 4),
      "test.step": Int32Array.from(tests),
      "test.loss": Float32Array.from(tests.flatMap((step) => new Array(lanes).fill(step))),
      "test.accuracy": new Float32Array(tests.length * lanes),
      "observed.step": Int32Array.from(Object.keys(ratios).map(Number)),
      "observed.ratio": Float32Array.from(Object.values(ratios).flat()),
      "observed.norm": new Float32Array(0),
    },
  });
  return series;
}

/** @param {number[][]} loss @param {number[]} [tests] */
const seriesOf = (loss, tests) => append(new Series(1), loss, tests);

/** @param {Series} series @param {import("../../static/charts/measures.js").MeasureName} measure @param {number} most @param {number} [window] */
const chartData = (series, measure, most, window) => new ChartPoints(most).collect(series, MEASURES[measure], window);

/** @param {import("../../static/charts/data.js").Curve[]} curves */
const valuesOf = (curves) => curves.map(({ values }) => values);

test("a lane has points of its own, however many others there are, and in a table gaps where only others have one", () => {
  const spikes = Array.from({ length: 40 }, (_, step) => Array.from({ length: 8 }, (_, lane) => (step % 8 === lane ? 9 : step % 2)));
  const { stretch, lines } = chartData(seriesOf(spikes), "loss", 4);
  assert.equal(stretch, 10);
  for (const { steps, values } of lines) assert.deepEqual([steps.length, values.length], [8, 8]);
  const curves = [
    { steps: [1, 4], values: [5, null] },
    { steps: [2, 4], values: [6, 7] },
  ];
  assert.deepEqual(tableOf(curves), [[1, 2, 4], [5, undefined, null], [undefined, 6, 7]]);
});

test("a short history is drawn step by step, at its own steps", () => {
  const data = chartData(seriesOf([[3], [2], [1]], [0, 2]), "loss", 10);
  assert.equal(data.stretch, 1);
  assert.deepEqual(data.lines, [{ steps: [1, 2, 3], values: [3, 2, 1] }]);
  assert.deepEqual(data.points, [{ steps: [0, 2], values: [0, 2] }]);
  assert.equal(data.lastStep, 3);
});

test("of a long one each stretch has its least and its greatest value, as they are and where they were", () => {
  const loss = Array.from({ length: 1003 }, (_, index) => [Math.sin(index * index)]);
  const data = chartData(seriesOf(loss, [0, 1000]), "loss", 120);
  assert.equal(data.stretch, 10);
  const { steps, values } = data.lines[0];
  assert.equal(steps.length, 200);
  steps.forEach((step, point) => assert.equal(values[point], Math.fround(loss[step - 1][0])));
  for (let stretch = 0; stretch < 100; stretch += 1) {
    const all = loss.slice(10 * stretch, 10 * stretch + 10).flat().map(Math.fround);
    const drawn = values.slice(2 * stretch, 2 * stretch + 2).map(Number);
    assert.deepEqual(drawn.sort((one, other) => one - other), [Math.min(...all), Math.max(...all)]);
  }
  assert.ok(steps.every((step, point) => point === 0 || step > steps[point - 1]));
});

test("what is added later changes nothing of what is there, and is the same as all at once", () => {
  const loss = Array.from({ length: 300 }, (_, index) => [Math.sin(index)]);
  const series = new Series(1);
  const points = new ChartPoints(120);
  for (let step = 0; step < 300; step += 7) {
    append(series, loss.slice(step, step + 7), step % 70 === 0 ? [step] : []);
    points.collect(series, MEASURES.loss);
  }
  const tests = Array.from({ length: 5 }, (_, index) => 70 * index);
  assert.deepEqual(points.collect(series, MEASURES.loss), chartData(seriesOf(loss, tests), "loss", 120));
});

test("where nothing new is to be drawn, the points are the very same", () => {
  const series = append(new Series(1), Array.from({ length: 300 }, () => [1]));
  const points = new ChartPoints(120);
  const data = points.collect(series, MEASURES.loss);
  append(series, [[1]]);
  assert.equal(points.collect(series, MEASURES.loss), data, "a stretch that isn't over is no point yet");
  append(series, [[1]], [300]);
  const tested = points.collect(series, MEASURES.loss);
  assert.notEqual(tested, data);
  append(series, Array.from({ length: 4 }, () => [1]));
  assert.notEqual(points.collect(series, MEASURES.loss), tested);
  assert.notEqual(points.collect(series, MEASURES.accuracy), points.collect(series, MEASURES.loss));
});

test("a stretch that came thinned keeps its least and its greatest value at their own steps", () => {
  const series = append(new Series(1), [[5], [1], [90], [4], [3]], [], { steps: [1, 30, 34, 60, 100], lastStep: 100 });
  append(series, Array.from({ length: 100 }, () => [2]));
  const data = chartData(series, "loss", 4);
  assert.equal(data.stretch, 50);
  assert.deepEqual(data.lines, [{ steps: [30, 34, 60, 100, 101, 151], values: [1, 90, 4, 3, 2, 2] }]);
});

test("only lanes that are training have a say, unless there is none", () => {
  /** @param {...import("../../static/base/types.js").LaneStatus} statuses */
  const lanes = (...statuses) =>
    statuses.map((status, index) => ({ id: "ABC"[index], learning_rate: 1, status, step: null, cause: null, reason: null }));
  assert.deepEqual(votingLanes(lanes("training", "collapsed", "training")), [0, 2]);
  assert.deepEqual(votingLanes(lanes("diverged", "collapsed")), [0, 1]);
});

/** @param {...import("../../static/base/types.js").LaneStatus} statuses @returns {import("../../static/base/types.js").Lane[]} */
const lanesThat = (...statuses) =>
  statuses.map((status, index) => ({
    id: "ABC"[index],
    learning_rate: 1,
    status,
    step: null,
    cause: null,
    reason: null,
    verdict: { kind: "measuring", numbers: {} },
  }));

test("the charts fit the lanes that are shown and train, and those that have collapsed where they are near", () => {
  assert.deepEqual(fittedLanes(lanesThat("training", "collapsed", "diverged")), { fully: [0], ifNear: [1] });
  assert.deepEqual(fittedLanes(lanesThat("training", "collapsed", "diverged"), new Set(["A"])), { fully: [1], ifNear: [] });
  assert.deepEqual(fittedLanes(lanesThat("training", "diverged", "diverged"), new Set(["A"])), { fully: [1, 2], ifNear: [] });
  const top = (/** @type {number} */ peak) =>
    valueRange(chartData(seriesOf([[2, 2], [1, peak]]), "loss", 10), { fully: [0], ifNear: [1] }, "linear")[1] / 1.08;
  assert.deepEqual([top(1.5), top(7), top(1e9)], [2, 7, 2]);
});

test("a step without neighbours is a point, whatever steps other lanes have there", () => {
  assert.deepEqual(lonePoints([undefined, 2.3]), [1], "the only step of a run");
  assert.deepEqual(lonePoints([undefined, 2.3, undefined, 2.2]), []);
  assert.deepEqual(lonePoints([1, null, undefined, 2, undefined, null, 3, 4]), [0, 3]);
  assert.deepEqual(lonePoints([null, undefined, 5]), [2]);
});

test("the run before stays behind the new one until it is dismissed, and what the new one continues does not", () => {
  const sizes = { train: 100, batch: 10 };
  const previous = new PreviousRun();
  const drawn = () => previous.behind(["A", "B"], "step", sizes);
  const at = (/** @type {number} */ run, /** @type {number[][]} */ loss) => (loss.length > 0 ? append(new Series(run), loss) : new Series(run));
  previous.begin(at(1, []));
  previous.describe(lanesThat("training", "diverged"));
  const first = at(1, [[3, 3], [2, 9]]);
  previous.begin(first);
  assert.equal(drawn(), null, "a history that is loaded again is no other run");
  const second = at(2, []);
  previous.begin(second);
  assert.equal(drawn()?.series, first);
  assert.deepEqual(drawn()?.fitted, { fully: [0], ifNear: [] });
  append(second, [[3, 3]]);
  assert.deepEqual(drawn()?.ids, ["A", "B"], "the same first step is no continuation");
  previous.begin(at(3, []));
  assert.equal(drawn()?.series, second);
  previous.begin(at(4, []));
  assert.equal(drawn()?.series, second, "a run without a step has nothing to show");
  previous.dismiss();
  assert.equal(drawn(), null);

  previous.begin(first);
  previous.begin(at(5, [[3, 3], [2, 7], [1, 6]]));
  assert.deepEqual(drawn()?.ids, [null, "B"], "lane A goes on, lane B began again");
  previous.begin(at(6, [[3, 3], [2, 7], [1, 6], [1, 5]]));
  assert.equal(drawn(), null);
});

test("what is no finite number is a gap", () => {
  const data = chartData(seriesOf([[1, 1], [1, Infinity], [1, NaN]]), "loss", 10);
  assert.deepEqual(data.lines[1].values, [1, null, null]);
});

test("points keep their place as the run grows", () => {
  assert.deepEqual([0, 120, 121, 240, 600, 1201, 120000].map((steps) => stretchFor(steps, 120)), [1, 1, 2, 2, 5, 20, 1000]);
});

test("a lane without a say does not stretch the axis", () => {
  const data = chartData(seriesOf([[2, 2], [1, 1e9]]), "loss", 10);
  const only = (/** @type {number[]} */ ...fully) => ({ fully, ifNear: [] });
  assert.ok(valueRange(data, only(0), "linear")[1] < 3);
  assert.ok(valueRange(data, only(0, 1), "linear")[1] > 1e9);
  assert.ok(valueRange(data, only(0), "log")[0] > 0);
  // What a lane had reached before it blew up stays in the picture.
  const curve = (/** @type {number[]} */ ...values) => ({ steps: [...values.keys()], values });
  const fallen = { lines: [curve(2, 2), curve(0.1, 900)], points: [curve(), curve()] };
  assert.ok(valueRange(fallen, only(0), "log")[0] < 0.1);
  assert.ok(valueRange(fallen, only(0), "log")[1] < 3);
});

test("a logarithmic axis has marks also within one decade", () => {
  for (const [low, high] of [[2, 2.9], [0.1, 3], [1e-4, 1e4], [0.5, 1e10]]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.length >= 2 && ticks.length <= 7, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= low && tick <= high));
  }
});

test("labels that would overlap are moved apart, within bounds and in order", () => {
  assert.deepEqual(spread([50, 10], 12, 0, 100), [50, 10]);
  assert.deepEqual(spread([99, 98, 10], 12, 0, 100), [100, 88, 10]);
});

test("the running median is of five observations, as far as there are so many, and infinity is above all", () => {
  const ratios = { 20: [1], 40: [9], 60: [2], 80: [Infinity], 100: [3], 120: [4], 140: [NaN] };
  const series = append(new Series(1), Array.from({ length: 150 }, () => [1]), [], {}, ratios);
  // {1}, {1 9}, {1 2 9}, {1 2 9 ∞}, {1 2 3 9 ∞}, {2 3 4 9 ∞}
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((row) => runningMedian(series, row, 0)), [1, 5, 2, 5.5, 3, 4]);
  assert.ok(Number.isNaN(runningMedian(series, 6, 0)));
  const data = chartData(series, "ratio", 150);
  const steps = [20, 40, 60, 80, 100, 120];
  assert.deepEqual(data.lines, [{ steps, values: [1, 5, 2, 5.5, 3, 4] }]);
  assert.deepEqual(data.points, [{ steps, values: [1, 9, 2, Infinity, 3, 4] }]);
  assert.equal(valueRange(data, { fully: [0], ifNear: [] }, "log")[1], 9 * 1.3, "infinity doesn't stretch the axis");
});

test("observations come late, and none is left out of a stretch that was over before", () => {
  const series = append(new Series(1), Array.from({ length: 1000 }, () => [1]), [], {}, { 50: [1], 100: [2] });
  const points = new ChartPoints(10);
  points.collect(series, MEASURES.ratio);
  append(series, [[1]], [], {}, { 150: [7], 200: [3], 250: [5] });
  append(series, [[1]], [], {}, { 300: [4], 1002: [6] });
  assert.deepEqual(points.collect(series, MEASURES.ratio), new ChartPoints(10).collect(series, MEASURES.ratio));
  // Stretches of 200 steps: the least and the greatest of 1 2 7 3, and of 5 4; the last isn't over.
  assert.deepEqual(points.collect(series, MEASURES.ratio).points[0].values, [1, 7, 5, 4]);
});

test("the update ratio is the update's length by the weights'; norms stand as they came", () => {
  const series = seriesOf([[4, 2], [6, 1]]);
  assert.deepEqual(valuesOf(chartData(series, "update", 10).lines), [[0.25, 0.375], [0.125, 0.0625]]);
  assert.deepEqual(valuesOf(chartData(series, "gradient", 10).lines), [[12, 18], [6, 3]]);
  assert.deepEqual(valuesOf(chartData(series, "weight", 10).lines), [[8, 8], [8, 8]]);
});

test("the running mean is of the steps up to each one; the line stays as it is", () => {
  const data = chartData(seriesOf([[1], [2], [6], [10], [Infinity]], [2]), "loss", 10, 3);
  assert.deepEqual(valuesOf(data.lines), [[1, 2, 6, 10, null]]);
  assert.deepEqual(data.means, [{ steps: [1, 2, 3, 4, 5], values: [1, 1.5, 3, 6, null] }]);
});

test("a running mean is of steps, not of what was kept of them", () => {
  const series = append(new Series(1), [[5], [1], [9]], [], { steps: [1, 3, 6], lastStep: 6 });
  append(series, [[2], [4], [6]]);
  const data = chartData(series, "loss", 10, 2);
  assert.deepEqual(data.lines[0].steps, [1, 3, 6, 7, 8, 9]);
  // Step 1 is there whole; of 2 and 4 to 5 nothing is; 6 and 7 are both there.
  assert.deepEqual(data.means, [{ steps: [1, 7, 8, 9], values: [5, 5.5, 3, 5] }]);
});

/** How far a line goes up and down altogether, gap by gap. @param {(number | null)[]} values */
function variation(values) {
  let [sum, last] = [0, /** @type {number | null} */ (null)];
  for (const value of values) {
    if (value !== null && last !== null) sum += Math.abs(value - last);
    last = value;
  }
  return sum;
}

/** A seeded walk of numbers from 0 to 1. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Its low bits are not random.
    return (state >>> 8) / 2 ** 24;
  };
}

test("smoothing never makes a line rougher than raw, and raw is raw", () => {
  const next = random(7);
  for (let turn = 0; turn < 168; turn += 1) {
    const steps = 1 + Math.floor(next() * 700);
    const kind = turn % 4;
    const lanes = 1 + (turn % 3);
    const trend = (/** @type {number} */ step) => [2 * Math.exp(-step / 200), Math.sin(step), step % 2, 0][kind];
    const value = (/** @type {number} */ step) => {
      if (turn % 5 === 0 && next() < 0.01) return NaN;
      if (turn % 7 === 0 && next() < 0.01) return 100 * next();
      return trend(step) + (turn % 8 === 3 ? 0 : next());
    };
    const loss = Array.from({ length: steps }, (_, index) => Array.from({ length: lanes }, () => value(index)));
    const thinnedTo = turn % 6 === 0 ? Math.floor(steps / 3) : 0;
    const series = new Series(1);
    if (thinnedTo > 3) append(series, loss.slice(0, 3), [], { steps: [1, 2, thinnedTo], lastStep: thinnedTo });
    append(series, loss.slice(series.lastStep));
    for (const most of [5, 20, 120]) {
      const raw = chartData(series, "loss", most, 1);
      assert.deepEqual(raw.means, []);
      for (const window of [5, 20, 100]) {
        const data = chartData(series, "loss", most, window);
        for (let lane = 0; lane < lanes; lane += 1) {
          assert.deepEqual(data.lines[lane], raw.lines[lane], "the line behind stays as it is");
          const [rough, smooth] = [variation(raw.lines[lane].values), variation(data.means[lane].values)];
          assert.ok(smooth <= rough * (1 + 1e-6) + 1e-9, `turn ${turn}, ${steps} steps, ${most} points, mean of ${window}: ${smooth} > ${rough}`);
        }
      }
      raw.lines.forEach(({ steps, values }, lane) => {
        steps.forEach((step, point) => {
          const measured = series.at("loss", step, lane);
          assert.equal(values[point], Number.isFinite(measured) ? measured : null);
        });
      });
    }
  }
});

test("the mean of a stretch stands at its middle, and is of whole stretches", () => {
  const data = chartData(seriesOf(Array.from({ length: 40 }, (_, index) => [index + 1])), "loss", 4, 5);
  assert.deepEqual([data.stretch, data.window], [10, 10]);
  assert.deepEqual(data.means, [{ steps: [5.5, 15.5, 25.5, 35.5], values: [5.5, 15.5, 25.5, 35.5] }]);
  const wide = chartData(seriesOf(Array.from({ length: 40 }, (_, index) => [index + 1])), "loss", 4, 20);
  assert.equal(wide.window, 20);
  assert.deepEqual(valuesOf(wide.means), [[5.5, 10.5, 20.5, 30.5]]);
});

test("images are counted with the smaller batch that ends an epoch", () => {
  const sizes = { train: 10, batch: 4 };
  assert.deepEqual([0, 1, 2, 3, 4, 6, 7].map((step) => imagesAfter(step, sizes)), [0, 4, 8, 10, 14, 20, 24]);
  assert.deepEqual([1, 3].map((step) => imagesAfter(step, { train: 10, batch: 5 })), [5, 15]);
  assert.equal(imagesAfter(2, { train: 10, batch: 64 }), 20);
  assert.deepEqual([1, 2, 3, 4, 6].map((step) => imagesOf(step, sizes)), [4, 4, 2, 4, 2]);
  assert.deepEqual([1, 2].map((step) => imagesOf(step, { train: 10, batch: 64 })), [10, 10]);
});

test("a step has its place on every axis, and a place its nearest step", () => {
  const series = seriesOf(Array.from({ length: 8 }, () => [1]));
  const sizes = { train: 10, batch: 4 };
  /** @param {import("../../static/charts/axis.js").AxisName} axis */
  const places = (axis) => [0, 2, 2.5, 3].map(placing(axis, series, sizes));
  assert.deepEqual(places("step"), [0, 2, 2.5, 3]);
  assert.deepEqual(places("images"), [0, 8, 9, 10]);
  assert.deepEqual(places("epoch"), [0, 0.8, 0.9, 1]);
  assert.deepEqual(places("seconds"), [0, 0.5, 0.625, 0.75]);
  for (const axis of /** @type {const} */ (["step", "images", "epoch", "seconds"])) {
    const placeOf = placing(axis, series, sizes);
    for (let step = 0; step <= 8; step += 1) assert.equal(nearestStep(placeOf(step) + 0.001, placeOf, 8), step);
    assert.equal(nearestStep(1e9, placeOf, 8), 8);
  }
});

test("numbers at a step, and of the test or the observation before it", () => {
  const series = append(new Series(1), [[3], [2], [1], [4]], [0, 2], {}, { 2: [0.5], 4: [1.5] });
  const loss = readingOf(MEASURES.loss, series, 3);
  assert.deepEqual([loss.line(0), loss.pointStep, loss.point(0)], [1, 2, 2]);
  const ratio = readingOf(MEASURES.ratio, series, 4);
  assert.deepEqual([ratio.line(0), ratio.pointStep, ratio.point(0)], [1, 4, 1.5]);
  assert.equal(readingOf(MEASURES.ratio, series, 1).isEmpty, true);
  assert.equal(readingOf(MEASURES.weight, series, 1).pointStep, null);
});

test("a range without logarithms has no marks, and asking for them comes to an end", () => {
  for (const [low, high] of [
    [0, 2],
    [-1, 2],
    [1, Infinity],
    [NaN, 1],
  ]) {
    assert.deepEqual(logTicks(low, high), []);
  }
});
