import assert from "node:assert/strict";
import { test } from "node:test";

import { heldLimit } from "../../static/draw/maps.js";
import { summed } from "../../static/state/input-gradient.js";
import { extremes, lowered } from "../../static/studies/saliency/reading.js";

test("of colours the sum over the channels is shown", () => {
  const values = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40, -100, -200, -300, -400);
  assert.deepEqual([...summed(values, 3)], [-89, -178, -267, -356]);
  assert.equal(summed(values, 1), values);
});

test("what the square takes from the logit is above 0", () => {
  assert.deepEqual([...lowered(2, Float32Array.of(1.5, 2, 4))], [0.5, 0, -2]);
  assert.ok(Number.isNaN(lowered(null, Float32Array.of(1))[0]), "the logit is not finite");
});

test("the ends of a map are found among what is finite", () => {
  const found = extremes(Float32Array.of(0, NaN, -3, 5, Infinity, 5), 3);
  assert.deepEqual(found, { most: { value: 5, row: 1, col: 0 }, least: { value: -3, row: 0, col: 2 } });
  assert.equal(extremes(Float32Array.of(NaN, NaN), 2), null);
});

test("a scale holds until values leave it or use little of it", () => {
  const first = heldLimit(0, 1);
  assert.ok(first > 1);
  for (const needed of [1.1, first, 0.5, first / 3]) assert.equal(heldLimit(first, needed), first);
  assert.ok(heldLimit(first, first * 1.01) > first * 1.01);
  assert.ok(heldLimit(first, first / 4) < first / 3);
  assert.equal(heldLimit(0, 0), 0);
});
