import assert from "node:assert/strict";
import { test } from "node:test";

import { nearestCell, readCell } from "../../static/studies/weight/choice.js";

const shape = { out: 16, in: 8, rows: 5, cols: 3 };
const typed = { out: "15", in: " 0", row: "4", col: "2" };

test("what is typed names a weight, or the first axis on which there is none", () => {
  assert.deepEqual(readCell(typed, shape), { cell: { out: 15, in: 0, row: 4, col: 2 }, wrong: null });
  for (const [axis, text, last] of [["out", "16", 15], ["in", "", 7], ["row", "-1", 4], ["col", "1.5", 2], ["col", "1e0", 2]]) {
    assert.deepEqual(readCell({ ...typed, [axis]: text }, shape), { cell: null, wrong: { axis, last } });
  }
  assert.equal(readCell({ ...typed, in: "x", col: "9" }, shape).wrong?.axis, "in");
});

test("another layer has the same place, or the nearest", () => {
  assert.deepEqual(nearestCell({ out: 20, in: 3, row: 4, col: 6 }, shape), { out: 15, in: 3, row: 4, col: 2 });
});
