import assert from "node:assert/strict";
import { test } from "node:test";

import { summarize } from "../../static/state/summary.js";

const shape = { out: 2, in: 1, rows: 2, cols: 2 };

test("exact values give all numbers, and where the largest is", () => {
  const summary = summarize(new Float32Array([1, -2, 0, 0, 0, 2, -4, 0.5]), 1, shape);
  assert.equal(summary.norm, Math.sqrt(1 + 4 + 4 + 16 + 0.25));
  assert.deepEqual([summary.low, summary.high, summary.largest], [-4, 2, -4]);
  assert.deepEqual(summary.place, [1, 0, 1, 0]);
  assert.equal(summary.positive, 3 / 8);
});

test("levels don't tell a norm, nor how far beyond the scale a value lies", () => {
  const summary = summarize(new Int8Array([126, -63, 0, 0, 0, 0, 127, -128]), 0.5, shape);
  assert.equal(summary.norm, null);
  assert.deepEqual([summary.low, summary.high, summary.largest], [-0.25, Infinity, Infinity]);
  assert.deepEqual(summary.place, [1, 0, 1, 0]);
});
