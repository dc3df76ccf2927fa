import assert from "node:assert/strict";
import { test } from "node:test";

import { planPicture } from "../../static/draw/atlas.js";
import { factBoxes, markOf, ratioText, thinned } from "../../static/draw/facts.js";
import { filterFacts, firstFilter, highestNorm } from "../../static/draw/filters.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { Series } from "../../static/stream/series.js";
import { scalarsFrame } from "./frames.mjs";

test("facts stand under their own filter and touch no kernel", () => {
  for (const shape of [{ out: 8, in: 1, rows: 7, cols: 7 }, { out: 6, in: 3, rows: 4, cols: 5 }, { out: 16, in: 8, rows: 5, cols: 5 }]) {
    for (const bands of [2, 3]) {
      const plan = planPicture(shape, 264, 2, bands);
      const boxes = factBoxes(plan, 1);
      const taken = new Set(plan.places.flatMap((places) => [...places]));
      assert.equal(boxes.length, shape.out);
      boxes.forEach(({ x, y, width, height }, out) => {
        assert.ok(x >= 0 && x + width <= plan.width && y + height <= plan.height, `filter ${out}`);
        for (let py = y; py < y + height; py += 1) for (let px = x; px < x + width; px += 1) assert.ok(!taken.has(py * plan.width + px));
      });
      assert.equal(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size, shape.out);
    }
  }
});

test("a ratio fits under a tile and doesn't lie", () => {
  const texts = [0, 0.00002, 0.0004, 0.0091, 0.00995, 0.012, 0.0996, 0.5, 0.996, Infinity].map(ratioText);
  assert.deepEqual(texts, ["0%", "<.01%", "0.04%", "0.91%", "1.0%", "1.2%", "10%", "50%", ">99%", ">99%"]);
  assert.deepEqual([null, NaN].map(ratioText), ["", ""]);
  assert.deepEqual([0, 1, 99, 100, null].map(markOf), ["dead", null, null, "saturated", null]);
});

test("a line has no more points than pixels, with its ends", () => {
  assert.deepEqual(thinned([1, 2, 3], 5), [1, 2, 3]);
  assert.deepEqual(thinned([0, 1, 2, 3, 4, 5, 6, 7, 8], 3), [0, 4, 8]);
});

const layer = (/** @type {string} */ name, /** @type {string} */ type, /** @type {number} */ filters) => ({
  name,
  type,
  input_shape: [1, 9, 9],
  output_shape: [filters, 9, 9],
  weight_shape: type === "conv" ? [filters, 1, 3, 3] : null,
  kernel_shape: type === "conv" ? [filters, 1, 3, 3] : null,
  always_shown: type === "conv",
  window: { size: [1, 1], stride: [1, 1], padding: [0, 0] },
  activates: type === "relu",
  gates: type === "relu",
  summary: "",
  parameters: 0,
});
const LAYERS = [layer("one", "conv", 1), layer("relu", "relu", 1), layer("two", "conv", 1), layer("dense", "dense", 10)];

test("filters are counted through all conv layers", () => {
  assert.deepEqual(["one", "two", "relu", "dense", "none"].map((name) => firstFilter(LAYERS, name)), [0, 1, -1, -1, -1]);
});

test("a filter's norms are those that were observed up to the snapshot, and its own", () => {
  const series = new Series(1);
  for (const frame of decodeMessage(scalarsFrame({ first: 1, last: 60, observed: [20, 40, 60] })).scalars) series.append(frame);
  const tensor = (/** @type {number[]} */ values) => ({ shape: [2, 1], data: Float32Array.from(values) });
  const tensors = new Map([
    ["norms/two", tensor([7, 8])],
    ["ratios/two", tensor([0.25, 0.5])],
    ["active/two", { shape: [2, 1], data: Int8Array.of(0, 42) }],
    ["norms/one", tensor([1, 2])],
  ]);
  const snapshot = /** @type {import("../../static/stream/protocol.js").SnapshotFrame} */ (/** @type {unknown} */ ({ step: 50, tensors }));
  // In frames.mjs the first filter's norm at step s in lane l is s + l / 4, the second's the negative.
  assert.deepEqual(filterFacts(snapshot, series, LAYERS, "two", 1), [{ norms: [-20.25, -40.25, 8], ratio: 0.5, active: 42 }]);
  assert.deepEqual(filterFacts(snapshot, series, LAYERS, "one", 0), [{ norms: [20, 40, 1], ratio: null, active: null }]);
  assert.deepEqual(filterFacts(snapshot, series, LAYERS, "dense", 0), []);
  assert.deepEqual(filterFacts(snapshot, new Series(1), LAYERS, "two", 0)[0].norms, [7], "nothing has been observed yet");
});

test("a long run has no longer lines: they go from its first norm to its newest", () => {
  const series = new Series(1);
  const observed = Array.from({ length: 3000 }, (_, index) => 20 * (index + 1));
  for (const frame of decodeMessage(scalarsFrame({ first: 1, last: 60_000, observed })).scalars) series.append(frame);
  const norms = { shape: [2, 1], data: Float32Array.of(7, 8) };
  const snapshot = /** @type {import("../../static/stream/protocol.js").SnapshotFrame} */ (
    /** @type {unknown} */ ({ step: 60_000, tensors: new Map([["norms/one", norms]]) })
  );
  const [{ norms: line }] = filterFacts(snapshot, series, LAYERS, "one", 0);
  assert.equal(line.length, 64);
  assert.deepEqual([line[0], line[62], line[63]], [20, 59_980, 7], "the last one observed before the snapshot, and its own");
  assert.ok(line.slice(0, 63).every((norm, index) => index === 0 || norm > line[index - 1]));
});

test("a scale of norms is of the lanes that have a say, however many numbers they have", () => {
  const facts = (/** @type {number[]} */ norms) => [{ norms, ratio: null, active: null }];
  assert.equal(highestNorm([facts([1, 3]), facts([9, 2]), facts([4])], [0, 2]), 4);
  assert.ok(highestNorm([[]], [0]) > 0);
  assert.equal(highestNorm([facts(Array.from({ length: 200_000 }, (_, index) => index))], [0]), 199_999);
});
