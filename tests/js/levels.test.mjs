import assert from "node:assert/strict";
import { test } from "node:test";

import { firstExcited, levelsOf, pictureAt, withinImage } from "../../static/reading/levels.js";

/** @param {string[]} names of layers; those with a lower case first letter have weights */
const named = (...names) =>
  /** @type {any[]} */ (names.map((name) => ({ name, weight_shape: /^[a-z]/.test(name) ? [4, 1, 3, 3] : null })));
/** @param {string[]} names */
const levels = (...names) => Object.entries(levelsOf(named(...names))).map(([level, { name }]) => `${level} ${name}`);

test("low, middle and high are the first layer with weights, one between, and the last", () => {
  assert.deepEqual(levels("conv1", "ReLU", "conv2", "Pool", "dense"), ["low conv1", "middle conv2", "high dense"]);
  assert.deepEqual(levels("a", "b", "c", "d"), ["low a", "middle b", "high d"]);
  assert.deepEqual(levels("a", "b", "c", "d", "e"), ["low a", "middle c", "high e"]);
  assert.deepEqual(levels("conv1", "Pool", "dense"), ["low conv1", "high dense"]);
  assert.deepEqual(levels("dense"), ["high dense"]);
  assert.deepEqual(levels("Pool"), []);
});

test("of filters the first is looked at that anything excites", () => {
  const of = (/** @type {number[]} */ ...values) => [...values.map((value) => ({ end: "most", value })), { end: "least", value: 9 }];
  assert.equal(firstExcited([of(-1, -2), of(), of(3, -1), of(4)]), 2);
  assert.equal(firstExcited([of(-1), of(0)]), 0);
  assert.equal(firstExcited([]), 0);
});

test("the picture of a step is the last one made up to it", () => {
  assert.deepEqual([null, 0, 3, 4, 9].map((shown) => pictureAt([0, 1, 4], shown)), [2, 0, 1, 2, 2]);
  assert.equal(pictureAt([5, 6], 2), 0, "none is as old");
});

test("of a patch that covers the image, the image is left, channel by channel; any other stays as it is", () => {
  const [channels, height, width] = [2, 2, 3];
  const [rows, cols, top, left] = [4, 6, -1, -2];
  const pixels = Float32Array.from({ length: channels * rows * cols }, (_, at) => at);
  const found = withinImage({ shape: [channels, rows, cols], pixels, top, left }, [channels, height, width]);
  assert.deepEqual([found.shape, found.top, found.left], [[2, 2, 3], 0, 0]);
  assert.deepEqual([...found.pixels], [8, 9, 10, 14, 15, 16, 32, 33, 34, 38, 39, 40]);
  const part = { shape: [1, 2, 2], pixels: new Float32Array(4), top: -1, left: 0 };
  assert.equal(withinImage(part, [1, 2, 2]), part);
});
