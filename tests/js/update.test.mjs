import assert from "node:assert/strict";
import { test } from "node:test";

import { explainUpdate, isPlainSgd } from "../../static/state/update.js";

const sgd = { type: "sgd", momentum: 0, weight_decay: 0 };
const STEP = { weight: 0.375, gradient: 1.25, update: -0.125, before: 0.5 };

test("the sign of the gradient says which sentence, and the step's own numbers what it left", () => {
  assert.deepEqual(explainUpdate(STEP, sgd), { kind: "positive", after: 0.375, edited: false });
  assert.equal(explainUpdate({ ...STEP, gradient: -1.25 }, sgd).kind, "negative");
  assert.equal(explainUpdate({ ...STEP, gradient: 0, update: 0, weight: 0.5 }, sgd).kind, "zero");
});

test("a weight that has been changed by hand since is told from what the step left", () => {
  assert.deepEqual(explainUpdate({ ...STEP, weight: 2 }, sgd), { kind: "positive", after: 0.375, edited: true });
  // What float32 makes of the sum is no change by hand.
  const before = Math.fround(0.1);
  const update = Math.fround(-1e-9);
  assert.equal(explainUpdate({ ...STEP, before, update, weight: Math.fround(before + update) }, sgd).edited, false);
});

test("no gradient is not a gradient of zero", () => {
  assert.equal(explainUpdate({ weight: 0.5, gradient: null, update: null, before: null }, sgd).kind, "initial");
});

test("other optimizers are not explained as plain SGD", () => {
  for (const optimizer of [{ ...sgd, momentum: 0.9 }, { ...sgd, weight_decay: 1e-3 }, { type: "adam" }]) {
    assert.equal(isPlainSgd(optimizer), false);
    assert.deepEqual(explainUpdate(STEP, optimizer), { kind: "positive.other", after: 0.375, edited: false });
  }
});

test("nothing is computed from what is no finite number", () => {
  assert.equal(explainUpdate({ ...STEP, weight: NaN }, sgd).kind, "non_finite");
  assert.equal(explainUpdate({ ...STEP, gradient: Infinity }, sgd).kind, "non_finite");
});
