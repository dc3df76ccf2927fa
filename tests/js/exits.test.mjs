import assert from "node:assert/strict";
import { test } from "node:test";

import { exitsOf, measured, roomFor } from "../../static/charts/exits.js";

test("a line that stays in its picture has no mark", () => {
  assert.deepEqual(exitsOf([1, 2, 3], [0, 0.5, 1], [0, 1]), []);
  assert.deepEqual(exitsOf([1, 2, 3], [0.1 + 0.2, undefined, 0.3], [0, 0.3]), [], "float64's last bit is not beyond the edge");
  assert.deepEqual(exitsOf([], [], [0, 1]), []);
});

test("each time that it leaves it has one, where it crosses the edge", () => {
  assert.deepEqual(exitsOf([0, 10, 20, 30, 40, 50], [1, 3, 4, 1, undefined, 5], [0, 2]), [
    { kind: "above", point: 1, place: 5, value: 4 },
    { kind: "above", point: 5, place: 35, value: 5 },
  ]);
  assert.deepEqual(exitsOf([0, 10, 20, 30], [1, -1, -3, -2], [0, 2]), [{ kind: "below", point: 1, place: 5, value: -3 }]);
});

test("one that begins outside has its mark there", () => {
  assert.deepEqual(exitsOf([3, 4], [9, 9], [0, 2]), [{ kind: "above", point: 0, place: 3, value: 9 }]);
});

test("what is infinite is above, and what is no number is neither", () => {
  assert.deepEqual(exitsOf([1, 2, 3, 4], [1, Infinity, null, null], [0, 2]).map(({ kind, place }) => [kind, place]), [["above", 2], ["none", 3]]);
});

test("on a logarithmic axis lines cross the edge where they are drawn to, and what is not above 0 is below", () => {
  const [above, below] = exitsOf([0, 1, 2, 3], [1, 100, 1, 0], [0.1, 10], true);
  assert.deepEqual([above.kind, below.kind, below.place], ["above", "below", 3]);
  assert.ok(Math.abs(above.place - 0.5) < 1e-12);
});

test("a line that has no point where another has one goes on there, and leaves once", () => {
  const line = measured([0, null, 3, null, 4, null, 5]);
  assert.deepEqual(exitsOf([0, 1, 2, 3, 4, 5, 6], line, [0, 1.5]), [{ kind: "above", point: 2, place: 1, value: 5 }]);
});

test("the farthest value is written beside its mark, and others only where nothing is in the way", () => {
  /** @param {number} at @param {number} value @param {import("../../static/charts/exits.js").ExitKind} [kind] */
  const label = (at, value, kind = "above") => ({ kind, at, value, width: 30, colour: "" });
  const places = (/** @type {ReturnType<typeof label>[]} */ labels) => roomFor(labels, 6, 0, 100).map(({ label: { value }, left }) => [value, left]);
  assert.deepEqual(places([label(10, 5), label(60, 9)]), [[9, 66], [5, 16]]);
  assert.deepEqual(places([label(90, 5)]), [[5, 54]], "to the left of a mark at the end");
  assert.deepEqual(places([label(50, 9), label(70, 5)]), [[9, 14]], "neither over another mark nor over another value");
  assert.deepEqual(places([label(50, 9), label(70, -5, "below")]), [[9, 56], [-5, 34]], "the other edge has room of its own");
});
