import assert from "node:assert/strict";
import { test } from "node:test";

import { explainUpdate, isPlainSgd } from "../../static/arithmetic.js";

const sgd = { type: "sgd", momentum: 0, weight_decay: 0 };

test("a positive gradient lowered the weight, a negative one raised it", () => {
  const lowered = explainUpdate(-0.12, 0.02, 0.1, sgd);
  assert.equal(lowered.kind, "positive");
  assert.ok(Math.abs(lowered.amount - 0.002) < 1e-12);
  assert.ok(Math.abs(Number(lowered.before) - -0.118) < 1e-12);
  const raised = explainUpdate(0.5, -0.02, 0.1, sgd);
  assert.equal(raised.kind, "negative");
  assert.ok(Number(raised.before) < 0.5 && raised.amount > 0);
});

test("no gradient is not a gradient of zero", () => {
  assert.equal(explainUpdate(0.5, null, NaN, sgd).kind, "initial");
  assert.equal(explainUpdate(0.5, 0, 0.1, sgd).kind, "zero");
});

test("other optimizers are not explained as plain SGD", () => {
  for (const optimizer of [{ ...sgd, momentum: 0.9 }, { ...sgd, weight_decay: 1e-3 }, { type: "adam" }]) {
    assert.equal(isPlainSgd(optimizer), false);
    assert.deepEqual(explainUpdate(0.5, 0.1, 0.1, optimizer).kind, "positive.other");
    assert.equal(explainUpdate(0.5, 0.1, 0.1, optimizer).before, null);
  }
});

test("nothing is computed from what is no finite number", () => {
  assert.equal(explainUpdate(NaN, 0.1, 0.1, sgd).kind, "non_finite");
  assert.equal(explainUpdate(0.1, Infinity, 0.1, sgd).kind, "non_finite");
});
