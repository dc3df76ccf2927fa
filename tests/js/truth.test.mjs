import assert from "node:assert/strict";
import { test } from "node:test";

import { lifeOf, truthOf } from "../../static/classroom/truth.js";
import { keyOf } from "../../static/stream/interest.js";

const weight = { layer: "conv1", out: 0, in: 0, row: 0, col: 1 };
const tally = { weight, lane: "B", run: 1, step: 4 };
const experiment = { layers: [{ name: "conv1", kernel_shape: [1, 1, 1, 2], always_shown: true }], lanes: [{ id: "A" }, { id: "B" }] };

/**
 * A store with a snapshot of this step, the exact numbers of the kernel, and the life of the weight.
 * @param {number} step
 * @param {{run?: number, update?: number, life?: {step: number, steps: number[], values: number[]}}} [what]
 * @returns {any}
 */
function store(step, { run = 1, update, life } = {}) {
  const numbers = (/** @type {number[]} */ ...values) => Float32Array.from(values);
  const kernel = { layer: "conv1", out: 0, in: 0, weight: numbers(0, 0, 0, 9), gradient: null };
  const exact = update === undefined ? [] : [{ ...kernel, before: numbers(0, 0, 0, 0.5), update: numbers(0, 0, 0, update) }];
  const found = life && { run, step: life.step, lanes: { B: { steps: life.steps, values: life.values } } };
  const findings = new Map(found ? [[keyOf(lifeOf(tally)), found]] : []);
  return { snapshot: { run, step, tensors: new Map() }, kernels: exact, experiment, findings };
}

test("until the step has been made nobody knows", () => {
  assert.equal(truthOf(store(4, { update: 1 }), tally), null);
  assert.equal(truthOf(store(5, { run: 2, update: 1 }), tally), null);
  assert.equal(truthOf(store(5), tally), null, "its exact numbers are on the way");
});

test("the step's own numbers tell it", () => {
  assert.deepEqual(truthOf(store(5, { update: -0.25 }), tally), { before: 0.5, after: 0.25 });
  assert.equal(truthOf(store(5, { update: NaN }), tally), undefined);
});

test("a step that went by is told by the weight's life, if that has kept both sides of it", () => {
  const life = { step: 90, steps: [3, 4, 5, 90], values: [0, 0.5, 0.75, 1] };
  assert.deepEqual(truthOf(store(90, { update: 1, life }), tally), { before: 0.5, after: 0.75 });
  assert.equal(truthOf(store(90, { life: { ...life, steps: [2, 4, 6, 90] } }), tally), undefined);
  assert.equal(truthOf(store(90, { life: { step: 4, steps: [3, 4], values: [0, 0.5] } }), tally), null, "an older one");
});
