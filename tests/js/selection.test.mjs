import assert from "node:assert/strict";
import { test } from "node:test";

import { isOf } from "../../static/state/selection.js";

test("a weight is the same one if its layer and all four indices are", () => {
  const found = { layer: "conv1", out: 1, in: 0, row: 2, col: 3 };
  const cell = { out: 1, in: 0, row: 2, col: 3 };
  assert.equal(isOf(found, { layer: "conv1", cell, lane: 2 }), true);
  assert.equal(isOf(found, { layer: "conv2", cell, lane: 2 }), false);
  for (const axis of ["out", "in", "row", "col"]) {
    assert.equal(isOf(found, { layer: "conv1", cell: { ...cell, [axis]: 9 }, lane: 2 }), false);
  }
});
