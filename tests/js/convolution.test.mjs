import assert from "node:assert/strict";
import { test } from "node:test";

import { channelSums, farthest, multiply, reachOf, windowAt, windowOver } from "../../static/studies/phases/convolution.js";

/** @type {import("../../static/studies/phases/convolution.js").Geometry} */
const GEOMETRY = { rows: 3, cols: 4, height: 2, width: 3, stride: [2, 1], padding: [1, 0], dilation: [1, 1] };
const MAP = Float32Array.from({ length: 12 }, (_, index) => index + 1);

test("the window of an output pixel, with zeros beyond the edge", () => {
  assert.deepEqual([...windowAt(MAP, GEOMETRY, { row: 0, col: 0 })], [0, 0, 0, 1, 2, 3]);
  assert.deepEqual([...windowAt(MAP, GEOMETRY, { row: 1, col: 1 })], [6, 7, 8, 10, 11, 12]);
});

test("of a dilated kernel", () => {
  const dilated = { ...GEOMETRY, width: 2, stride: [1, 1], dilation: [1, 3] };
  assert.deepEqual(reachOf(dilated), [2, 4]);
  assert.deepEqual([...windowAt(MAP, dilated, { row: 1, col: 0 })], [1, 4, 5, 8]);
  assert.deepEqual(windowOver({ row: 1, col: 2 }, dilated, { rows: 4, cols: 1 }), { row: 2, col: 0 });
});

test("cell by cell, and added up", () => {
  const { products, sum } = multiply([1, 2, 3], [2, -1, 0.5]);
  assert.deepEqual([[...products], sum], [[2, -2, 1.5], 1.5]);
});

test("the window over a place in the input", () => {
  const output = { rows: 2, cols: 2 };
  assert.deepEqual(windowOver({ row: 0, col: 0 }, GEOMETRY, output), { row: 0, col: 0 });
  assert.deepEqual(windowOver({ row: 2, col: 3 }, GEOMETRY, output), { row: 1, col: 1 });
});

test("what each input channel adds to an output pixel", () => {
  const maps = Float32Array.from({ length: 24 }, (_, index) => (index < 12 ? index + 1 : 1));
  const kernels = Float32Array.of(0, 0, 0, 1, 0, 2, 1, 1, 1, 1, 1, 1);
  assert.deepEqual(channelSums(maps, kernels, GEOMETRY, { row: 0, col: 0 }), [1 + 2 * 3, 3]);
  assert.deepEqual(channelSums(maps, kernels, GEOMETRY, { row: 1, col: 1 }), [10 + 2 * 12, 6]);
});

test("the place that is farthest from zero", () => {
  assert.deepEqual(farthest(Float32Array.of(1, -3, 2, 0, 0, 3), 3), { row: 0, col: 1 });
});
