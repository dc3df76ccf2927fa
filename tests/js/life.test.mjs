import assert from "node:assert/strict";
import { test } from "node:test";

import { distance, keptSteps, momentAt, nearestPlace, placeOf } from "../../static/state/life.js";

const whole = { steps: [0, 2, 4], values: [1, 0.5, 0.75], gradients: [null, 5, -2] };
const late = { steps: [0, 4], values: [1, 3], gradients: [null, -1] };

test("the steps that any lane has kept, each once", () => {
  const life = /** @type {import("../../static/base/types.js").WeightLife} */ ({ lanes: { A: late, B: whole } });
  assert.deepEqual(keptSteps(life), [0, 2, 4]);
  assert.deepEqual([0, 1, 2, 3, 9].map((step) => placeOf([0, 2, 4], step)), [0, 0, 1, 1, 2]);
  assert.equal(placeOf([], 3), 0);
});

test("the pointer between two kept steps means the nearer one", () => {
  assert.deepEqual([-3, 0.9, 1.1, 3.2, 9].map((at) => nearestPlace([0, 2, 4], at)), [0, 0, 1, 2, 2]);
  assert.equal(nearestPlace([], 3), 0);
});

test("what a weight was at a kept step, and how far it had come since the one before", () => {
  assert.deepEqual(momentAt(whole, 4), { value: 0.75, gradient: -2, change: 0.25, since: 2 });
  assert.deepEqual(momentAt(late, 4), { value: 3, gradient: -1, change: 2, since: 0 });
  assert.deepEqual(momentAt(whole, 0), { value: 1, gradient: null, change: null, since: 0 });
  assert.deepEqual(momentAt(late, 2), { value: null, gradient: null, change: null, since: 2 });
});

test("how dense the kept steps are, where they are densest", () => {
  assert.equal(distance([0, 1, 2]), 1);
  assert.equal(distance([0, 64, 128, 130, 132]), 2);
  assert.equal(distance([0]), Infinity);
});
