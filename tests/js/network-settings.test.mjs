import assert from "node:assert/strict";
import { test } from "node:test";

import { architectureOf, namesByPlace, placeOf, PRESETS, row, rowsOf, typed } from "../../static/network/settings.js";

const ARCHITECTURE = [
  { type: "conv", name: "stem", filters: 8, kernel: [7, 5], stride: [1, 1], padding: [3, 2], init: { type: "gaussian", std: 0.1 } },
  { type: "relu", name: "relu1" },
  { type: "pool", name: "pool1", size: [2, 2], stride: [2, 2] },
  { type: "dense", name: "dense", units: 10, init: { type: "he" } },
];

test("a network is rows of fields and again the same network", () => {
  const rows = rowsOf(ARCHITECTURE);
  assert.deepEqual(rows[0].fields, { filters: "8", kernel: "7×5", padding: "3×2", stride: "1", start: "gaussian", std: "0.1" });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["stem", "", "", ""],
  );
  const written = { ...ARCHITECTURE[0], stride: 1 };
  assert.deepEqual(architectureOf(rows), [written, ARCHITECTURE[1], { ...ARCHITECTURE[2], size: 2, stride: 2 }, ARCHITECTURE[3]]);
});

test("layers without names of their own are called by their places", () => {
  assert.deepEqual(namesByPlace(["conv", "dense", "conv", "dense"].map((type) => ({ type }))), ["conv1", "dense1", "conv2", "dense2"]);
  const rows = rowsOf(ARCHITECTURE);
  rows.splice(3, 0, row("dense", { units: "20" }));
  assert.deepEqual(
    architectureOf(rows).map(({ name }) => name),
    ["stem", "relu1", "pool1", "dense1", "dense2"],
  );
});

test("what is no number goes to the server as it was typed", () => {
  assert.equal(typed(" １２ "), 12);
  assert.equal(typed("0,5"), 0.5);
  assert.equal(typed("many"), "many");
  assert.equal(typed(""), "");
});

test("presets end with a layer for ten classes", () => {
  for (const rows of Object.values(PRESETS)) {
    const last = architectureOf(rows).at(-1);
    assert.deepEqual([last.type, last.units], ["dense", 10]);
  }
});

test("a problem has a place among the fields", () => {
  const names = ["conv1", "dense"];
  const at = (field, values) => placeOf({ field, value: null, message: "", code: "", values }, names);
  assert.deepEqual(at("batch_size", { field: "batch_size" }), { row: null, field: "batch_size" });
  assert.deepEqual(at("architecture.1.dense", { layer: "dense", field: "units" }), { row: 1, field: "units" });
  assert.deepEqual(at("architecture.0.conv.kernel.int", { field: "int" }), { row: 0, field: "kernel" });
  assert.deepEqual(at("architecture", { layer: "dense" }), { row: 1, field: "" });
  assert.deepEqual(at("architecture", {}), { row: null, field: "" });
});
