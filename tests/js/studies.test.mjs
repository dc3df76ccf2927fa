import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { chosenLane } from "../../static/studies/lane-choice.js";
import { readNumber, significant } from "../../static/base/format.js";
import { cosineText, lensLimit, likeBatch } from "../../static/studies/lens/reading.js";
import { labelStart } from "../../static/studies/mark-labels.js";
import { changes, isPlain, pictured, readLine, roundPlaces } from "../../static/studies/line/reading.js";
import { decadeText, decades, drawnUpTo, rangeAxes, suggestedRates, testedFirst } from "../../static/studies/range/reading.js";
import { comparison, guessing, placeLabels, standingOf } from "../../static/studies/range/points.js";
import { fieldsOf, parseAccuracy, parseStep, readFields } from "../../static/controls/stop-fields.js";
import { stopText, stoppedText } from "../../static/controls/stop-words.js";

const words = await Promise.all(
  ["", "studies/"].map((folder) => readFile(new URL(`../../static/locales/${folder}en.json`, import.meta.url), "utf-8")),
);
const translator = new Translator("en", Object.assign({}, ...words.map((text) => JSON.parse(text))));

/**
 * A parabola L(t) = 1 + height · ((t / best − 1)² − 1), so that it is 1 at t = 0 and at t = 2 · best.
 * @param {number} best
 * @param {Partial<import("../../static/base/types.js").LossCurve>} [changes]
 * @returns {import("../../static/base/types.js").LossLine}
 */
function parabola(best, changes = {}) {
  const multiples = [...new Set([0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, best, 1.5 * best, 2.5 * best, 3 * best])].sort((a, b) => a - b);
  const losses = multiples.map((t) => 1 + 0.4 * ((t / best - 1) ** 2 - 1));
  const curve = { multiples, losses, best, bound: null, ...changes };
  return { type: "line", run: 1, lane: "B", step: 20, learning_rate: 0.1, others: { images: 256, ...curve }, ...curve };
}

test("a lane that is alone is ahead of none, and alike to none", () => {
  assert.deepEqual([comparison(1, 1), comparison(3, 3), comparison(3, 2), comparison(3, 1)], ["only", "alike", "ahead", "ahead"]);
});

test("a line is read as too short, right or too long by where its minimum lies", () => {
  const kinds = [40, 10, 9, 2, 1.5, 1, 0.7, 0.6].map((best) => readLine(parabola(best)).kind);
  assert.deepEqual(kinds, ["short", "short", "short", "short", "right", "right", "right", "beyond"]);
});

test("a step that raised the loss of its own batch was too long, whatever the minimum", () => {
  const reading = readLine(parabola(0.4));
  assert.equal(reading.kind, "overshot");
  assert.ok(reading.after > reading.before);
  assert.equal(readLine(parabola(0.8, { multiples: [0, 0.8, 1], losses: [1, 0.6, null] })).kind, "overshot");
});

test("what has no minimum is named as such", () => {
  assert.equal(readLine(parabola(65536, { bound: "longest" })).kind, "longest");
  const rising = { multiples: [0, 0.001, 1], losses: [1, 1.1, 9], best: 0, bound: /** @type {const} */ ("shortest") };
  assert.equal(readLine(parabola(1, rising)).kind, "rises");
  assert.equal(readLine(parabola(1, { multiples: [0, 1, 2], losses: [2.3, 2.3, 2.3], best: 0 })).kind, "flat");
});

test("the way back is where the loss is again what it was before the step", () => {
  const { back } = readLine(parabola(0.6));
  assert.ok(back !== null && Math.abs(back - 1.2) < 0.05, `at ${back}`);
  // Into the infinite there is no straight line to go by.
  assert.equal(readLine(parabola(1, { multiples: [0, 1, 2], losses: [1, 0.6, null] })).back, null);
  assert.equal(readLine(parabola(1, { multiples: [0, 1, 2], losses: [1, 0.6, 0.9] })).back, null);
});

test("the picture has the step and the minimum in it, and the loss before the step", () => {
  for (const best of [0.05, 0.4, 1, 3, 40]) {
    const line = parabola(best);
    const reading = readLine(line);
    const { reach, low, high } = pictured(line, reading, reading);
    assert.ok(reach >= Math.max(1, 1.9 * best), `${best}: reaches ${reach}`);
    assert.ok(low < reading.least - reading.before && 0 < high, `${best}: ${low} to ${high}`);
  }
});

test("two minima far apart leave the picture to the nearer one and the step", () => {
  const line = { ...parabola(64), others: { images: 256, ...parabola(0.5) } };
  assert.equal(pictured(line, readLine(line), readLine(line.others)).reach, 12);
});

test("both lines stand over the places of both, as changes of the loss", () => {
  const line = {
    ...parabola(1, { multiples: [0, 1, 2], losses: [2, 1.5, null], best: 1 }),
    others: { images: 256, multiples: [0, 0.5, 2], losses: [3, 2.5, 4], best: 0.5, bound: null },
  };
  assert.deepEqual(changes(line, 0.25), [[0, 0.5, 1, 2], [0, null, -0.5, 251], [0, -0.5, null, 1]]);
});

test("the picture of a far too long step is not as high as the loss after it", () => {
  const line = parabola(0.4, { multiples: [0, 0.4, 1], losses: [2, 1.5, 5000] });
  const { high } = pictured(line, readLine(line), readLine(line.others));
  assert.ok(high > 0 && high < 3, `${high}`);
});

test("the picture of a loss that never falls, or stays as it is, has a height", () => {
  for (const losses of [[2.3, 2.3, 2.3], [2.3, 2.4, null], [2.3, null, null]]) {
    const line = parabola(1, { multiples: [0, 1, 2], losses, best: 0 });
    const { low, high } = pictured(line, readLine(line), readLine(line.others));
    assert.ok(low < 0 && 0 < high && Number.isFinite(high), `${losses}: ${low} to ${high}`);
  }
});

test("an infinite loss leaves the picture at its top", () => {
  assert.deepEqual(drawnUpTo([1, null], 3), [1, 3000]);
});

test("only plain SGD goes along the gradient", () => {
  assert.ok(isPlain({ type: "sgd", momentum: 0, weight_decay: 0, nesterov: false }));
  const others = [{ type: "sgd", momentum: 0.9 }, { type: "sgd", weight_decay: 0.01 }, { type: "adam" }, undefined];
  assert.ok(others.every((optimizer) => !isPlain(optimizer)));
});

test("an axis has round places", () => {
  assert.deepEqual(roundPlaces(0.3, 5), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(roundPlaces(2.6, 5), [0, 1, 2]);
  assert.deepEqual(roundPlaces(800, 5), [0, 200, 400, 600, 800]);
  // Between two steps there is nothing.
  assert.deepEqual([1, 2, 3, 7].map((last) => roundPlaces(last, 5, 1)), [[0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 2, 4, 6]]);
  // Each is named to its last digit.
  for (let high = 1e-6; high < 1e6; high *= 1.37) {
    for (const unit of [1, 0.003, 0.1, 0.07]) {
      for (const place of roundPlaces(high / unit, 5)) {
        assert.equal(readNumber(significant(place, 3)), place);
        assert.equal(readNumber(significant((place * unit) / unit, 3)), place);
      }
    }
  }
  assert.deepEqual(decades(1e-5, 10), [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10]);
  assert.deepEqual([1e-5, 1e-3, 0.01, 1, 10, 1e3].map(decadeText), ["10⁻⁵", "10⁻³", "0.01", "1", "10", "10³"]);
});

test("a study is of the selected lane until one is picked, and again when that is gone", () => {
  assert.equal(chosenLane(["A", "B", "C"], "", 1), "B");
  assert.equal(chosenLane(["A", "B", "C"], "C", 1), "C");
  assert.equal(chosenLane(["A", "B"], "C", 1), "B");
  assert.equal(chosenLane(["A"], "", 4), "A");
  assert.equal(chosenLane([], "A", 0), null);
});

test("the gradient of a single image has no say in the colour scale", () => {
  const lens = { type: /** @type {const} */ ("lens"), run: 1, lane: "A", step: 1, layer: "conv1", out: 0, in: 0, rows: 1, cols: 2, cosines: [], kernel_cosines: [] };
  assert.equal(lensLimit({ ...lens, counts: [1, 32], gradients: [[9, -9], [0.5, -0.75]] }), 0.75);
  assert.equal(lensLimit({ ...lens, counts: [1], gradients: [[0.25, null]] }), 0.25);
  assert.equal(lensLimit({ ...lens, counts: [1, 32], gradients: [[9, -9], [0, null]] }), 0);
});

test("the number of images that is like a mini-batch", () => {
  const counts = [1, 32, 64, 128, 1024];
  assert.deepEqual([1, 20, 64, 100, 1024].map((size) => counts[likeBatch(counts, size)]), [1, 1, 64, 64, 128]);
  assert.equal(likeBatch([1], 64), 0);
});

test("a cosine below 1 is never written as 1", () => {
  assert.deepEqual([1, 1 - 1e-15, 0.999, 0.5, -0.25, 0, null].map(cosineText), ["1.00", "1.00", "0.99", "0.50", "−0.25", "0.00", "–"]);
  assert.deepEqual([-1, -0.999, 0.003, -0.0004, 1e-12].map(cosineText), ["−1.00", "−0.99", "0.003", "−0.0004", "0.00"]);
});

/** @returns {import("../../static/base/types.js").RangeTest} */
const sweep = () => ({
  type: "range", run: 1, lane: "B", status: "done", progress: 1, rates: [1e-5, 1e-4], losses: [2.4, 2.2], smoothed: [2.4, 2.3],
  accuracies: [0.1, 0.2], smoothed_accuracies: [0.1, 0.15],
  end: "worse", steepest: 0.06, lowest: 0.4, diverges: 1.3, lanes: { small: 0.004444, good: 0.13333, large: 1.3333 },
});

test("the axes of a sweep stand still while it grows, and hold every lane", () => {
  const axes = (/** @type {any} */ test, points = [], measure = "loss") => rangeAxes(test, points, measure, Math.log(10));
  const before = axes({ ...sweep(), rates: [1e-5], losses: [2.4] });
  assert.deepEqual(before, axes(sweep()));
  assert.deepEqual(before.x, [1e-5, 10]);
  assert.ok(before.y[0] === 0 && before.y[1] > 2.4);
  assert.ok(axes(null).y[1] > Math.log(10));
  assert.deepEqual(axes(null, [{ rate: 500, value: 1 }, { rate: 1e-7, value: 1 }], "accuracy"), { x: [1e-7, 500], y: [0, 1] });
});

test("lanes stand at their rate with their newest test, before there is one with their batch", () => {
  const lanes = ["A", "B", "C"].map((id, lane) => ({ id, learning_rate: 10 ** (lane - 2), status: "training", step: null }));
  Object.assign(lanes[2], { status: "diverged", step: 2 });
  const none = { rows: 0, lastStep: 0, rowBefore: () => -1, testBefore: () => -1 };
  const at = (/** @type {any} */ series, hidden = new Set(), measure = "accuracy", past = null) => standingOf(lanes, hidden, series, measure, past);
  assert.deepEqual([at(none).step, at(none).best], [null, []]);
  const series = {
    lastStep: 7, lanes: 3, stepOf: (/** @type {number} */ row) => row + 1, rowBefore: (/** @type {number} */ step) => step - 1,
    columns: { accuracy: { data: [0.1, 0.4, 0.2] } },
    testBefore: (/** @type {number} */ step) => (step < 5 ? -1 : 0), testStep: () => 5,
    testAt: (/** @type {string} */ name, /** @type {number} */ _, /** @type {number} */ lane) => (name === "test.loss" ? [2.1, 0.3, NaN] : [0.9, 0.9, NaN])[lane],
  };
  const found = at(series);
  assert.deepEqual([found.step, found.isTest, found.best], [5, true, ["A", "B"]]);
  assert.deepEqual(found.points.map(({ id, rate, isDead }) => [id, rate, isDead]), [["A", 0.01, false], ["B", 0.1, false], ["C", 1, true]]);
  assert.ok(Number.isNaN(found.points[2].value));
  assert.deepEqual(at(series, new Set(), "loss").best, ["B"]);
  assert.deepEqual(at(series, new Set(["A"])).points.map(({ id }) => id), ["B", "C"]);
  // At an earlier step there was no test, and no lane was dead.
  const early = at(series, new Set(), "accuracy", 1);
  assert.deepEqual([early.step, early.isTest, early.best, early.points[2].isDead], [1, false, ["B"], false]);
  assert.equal(guessing("accuracy", 10), 0.1);
  assert.equal(guessing("loss", 10), Math.log(10));
});

test("labels of points cover neither each other nor a point", () => {
  const how = { height: 16, gap: 11, left: 50, right: 600, top: 20, bottom: 300 };
  const alone = { x: 100, y: 80, width: 60 };
  assert.deepEqual(placeLabels([alone], how), [{ x: 111, y: 80 }]);
  // At the right border it stands to the left.
  assert.deepEqual(placeLabels([{ ...alone, x: 580 }], how), [{ x: 509, y: 80 }]);
  // Not among the numbers of the axis below.
  const low = placeLabels([0, 1, 2].map((lane) => ({ x: 100 + lane, y: 299, width: 60 })), how);
  assert.ok(low.every(({ y }) => y <= 300));
  const many = Array.from({ length: 8 }, (_, lane) => ({ x: 300 + 5 * (lane % 3), y: 80 + 2 * lane, width: 60 }));
  const boxes = placeLabels(many, how).map(({ x, y }) => ({ x, y: y - 8, width: 60, height: 16 }));
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      assert.ok(one.x >= other.x + other.width || other.x >= one.x + one.width || one.y >= other.y + other.height || other.y >= one.y + one.height);
    }
    for (const { x, y } of many) assert.ok(x <= one.x || x >= one.x + one.width || y <= one.y || y >= one.y + one.height);
  });
});

test("a sweep suggests rates with two digits, for lanes like the one that was swept", () => {
  assert.deepEqual(suggestedRates(sweep()), [0.0044, 0.13, 1.3]);
  assert.equal(suggestedRates({ ...sweep(), lanes: null }), null);
  const lane = (/** @type {string} */ id) => ({ id, name: "", learning_rate: 1, optimizer: { type: id }, schedule: { type: "constant", warm_up: 0 } });
  assert.deepEqual(testedFirst(["A", "B", "C"].map(lane), "B")?.map(({ id }) => id), ["B", "A", "C"]);
  assert.equal(testedFirst([lane("A")], "B"), null);
});

test("steps and percentages are read as people type them", () => {
  assert.deepEqual(["500", " 500 ", "１２", "12,000", ""].map(parseStep), [500, 500, 12, 12000, null]);
  for (const typed of ["0", "-3", "1.5", "abc", "1e3", "1,5", "1000000001"]) assert.ok(Number.isNaN(parseStep(typed)), typed);
  assert.deepEqual(["97", "97 %", "97.5", "97,5", "100", "", "９７％"].map(parseAccuracy), [0.97, 0.97, 0.975, 0.975, 1, null, 0.97]);
  for (const typed of ["0.97", "0", "101", "-1", "most"]) assert.ok(Number.isNaN(parseAccuracy(typed)), typed);
});

test("what can't be is refused at its field", () => {
  const before = { step: 100, accuracy: null, divergence: false };
  const wrong = readFields({ step: "soon", accuracy: "0.9", divergence: true }, before, 10);
  assert.deepEqual(wrong, { stop: null, errors: { step: "no_step", accuracy: "no_percentage" } });
  assert.equal(readFields({ step: "200", accuracy: "", divergence: false }, before, 200).errors?.step, "passed");
  // One that stands there already is no mistake: after a reset it counts again.
  assert.deepEqual(readFields({ step: "100", accuracy: "90", divergence: false }, before, 200).stop, { step: 100, accuracy: 0.9, divergence: false });
  assert.deepEqual(readFields({ step: "", accuracy: "", divergence: false }, before, 200).stop, { step: null, accuracy: null, divergence: false });
  assert.deepEqual(fieldsOf({ step: null, accuracy: 0.975, divergence: true }), { step: "", accuracy: "97.5", divergence: true });
});

test("it is said when it will stop, and why it has", () => {
  assert.equal(stopText({ step: null, accuracy: null, divergence: false }, translator, 7), null);
  assert.equal(stopText({ step: 1500, accuracy: 0.97, divergence: true }, translator, 1499), "stops at step 1,500, at 97%, on divergence");
  assert.equal(stopText({ step: 1500, accuracy: null, divergence: true }, translator, 1500), "stops on divergence", "a step that is past is no promise");
  assert.equal(stopText({ step: 1500, accuracy: null, divergence: false }, translator, 1600), null);
  const config = { stop: { step: 5, accuracy: 0.975, divergence: true } };
  const lanes = [{ id: "B", status: "diverged" }, { id: "C", status: "collapsed" }];
  const said = (/** @type {object | null} */ stopped) => stoppedText(/** @type {any} */ ({ stopped, config, lanes }), translator);
  assert.equal(said(null), null);
  assert.equal(said({ reason: "step", step: 5, lane: null }), "stopped at step 5, as set");
  assert.equal(said({ reason: "accuracy", step: 300, lane: "B", test_step: 300 }), "stopped at step 300: lane B reached 97.5%");
  const tested = said({ reason: "accuracy", step: 316, lane: "B", test_step: 300 });
  assert.equal(tested, "stopped at step 316: lane B reached 97.5% in the test of step 300");
  assert.equal(said({ reason: "divergence", step: 9, lane: "C" }), "stopped at step 9: lane C collapsed");
  assert.equal(said({ reason: "divergence", step: 9, lane: "B" }), "stopped at step 9: lane B diverged");
});

test("no line of a mark above passes through a label, which stays as near to its own as it can", () => {
  const room = { low: -40, high: 400, gap: 5 };
  assert.equal(labelStart(200, 100, [], room), 150, "above its line");
  assert.equal(labelStart(10, 120, [], room), -40);
  assert.equal(labelStart(390, 120, [], room), 280);
  assert.equal(labelStart(200, 100, [160, 300], room), 165, "right of the nearer one");
  assert.equal(labelStart(200, 100, [245], room), 140, "left of it");
  assert.equal(labelStart(390, 120, [395], room), 270);
  assert.equal(labelStart(10, 120, [60], room), 65, "beyond it, where there is no room on its own side");
  assert.equal(labelStart(200, 390, [160, 260], room), 5, "none without: the middle");
});
