import assert from "node:assert/strict";
import { test } from "node:test";

import { ageOf } from "../../static/state/freshness.js";

/** @param {number} step @param {string} status */
const at = (step, status, run = 1) => /** @type {any} */ ({ snapshot: { run, step }, experiment: { status } });
const finding = { lane: "A", run: 1, step: 10 };

test("at rest the step on the screen is the only fresh one; while it trains, the last look or the one before is", () => {
  assert.deepEqual(ageOf(finding, at(10, "paused")), { steps: 0, late: false });
  assert.deepEqual(ageOf(finding, at(11, "paused")), { steps: 1, late: true });
  assert.deepEqual(ageOf(finding, at(110, "running")), { steps: 100, late: false });
  assert.deepEqual(ageOf(finding, at(111, "running")), { steps: 101, late: true });
});

test("steps of another run, or of none, tell nothing", () => {
  assert.deepEqual(ageOf(finding, at(500, "paused", 2)), { steps: 0, late: false });
  assert.deepEqual(ageOf(finding, { snapshot: null, experiment: null }), { steps: 0, late: false });
});
