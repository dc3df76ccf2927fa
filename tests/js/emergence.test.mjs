import assert from "node:assert/strict";
import { test } from "node:test";

import { eventSteps, pathOf } from "../../static/state/emergence.js";

test("a curve goes from left to right in its range, is cut off there, and breaks where nothing is known", () => {
  assert.equal(pathOf([0, 2, 4], [0, 0.25, 1], [0, 1], 4), "M0 1L0.5 0.75L1 0");
  assert.equal(pathOf([0, 1, 2, 3, 4], [-1, NaN, 0, 5, NaN], [-1, 1], 4), "M0 1M0.5 0.5L0.75 0");
  assert.equal(pathOf([0], [0.5], [0, 1], 0), "M1 0.5");
  assert.equal(pathOf([], [], [0, 1], 4), "");
});

test("events of one step are together", () => {
  const event = (/** @type {number} */ step, /** @type {number} */ out) =>
    /** @type {import("../../static/state/emergence.js").Event} */ ({ step, since: 0, layer: "conv1", out, what: "dead", begins: true, value: 0 });
  const [a, b, c] = [event(2, 0), event(2, 3), event(5, 0)];
  assert.deepEqual(eventSteps([a, b, c]), [
    { step: 2, events: [a, b] },
    { step: 5, events: [c] },
  ]);
});
