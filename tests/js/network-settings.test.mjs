import assert from "node:assert/strict";
import { test } from "node:test";

import { architectureOf, namesByPlace, placeOf, row, rowsOf, typed } from "../../static/network/settings.js";

/** As GET /api/networks tells them. */
const TYPES = [
  {
    type: "conv",
    numbered_alone: true,
    fields: [
      { name: "filters", kind: "count" },
      { name: "kernel", kind: "pair" },
      { name: "padding", kind: "pair" },
      { name: "stride", kind: "pair" },
      { name: "init", kind: "init" },
    ],
    example: { type: "conv", name: "conv", filters: 8, kernel: [3, 3], stride: [1, 1], padding: [1, 1], init: { type: "gaussian", std: 0.05 } },
  },
  { type: "relu", numbered_alone: true, fields: [], example: { type: "relu", name: "relu" } },
  {
    type: "pool",
    numbered_alone: true,
    fields: [
      { name: "size", kind: "pair" },
      { name: "stride", kind: "pair" },
    ],
    example: { type: "pool", name: "pool", size: [2, 2], stride: [2, 2] },
  },
  {
    type: "dense",
    numbered_alone: false,
    fields: [
      { name: "units", kind: "count" },
      { name: "init", kind: "init" },
    ],
    example: { type: "dense", name: "dense", units: 4, init: { type: "he" } },
  },
];

const ARCHITECTURE = [
  { type: "conv", name: "stem", filters: 8, kernel: [7, 5], stride: [1, 1], padding: [3, 2], init: { type: "gaussian", std: 0.1 } },
  { type: "relu", name: "relu1" },
  { type: "pool", name: "pool1", size: [2, 2], stride: [2, 2] },
  { type: "dense", name: "dense", units: 10, init: { type: "he" } },
];

test("a network is rows of fields and again the same network", () => {
  const rows = rowsOf(ARCHITECTURE, TYPES);
  assert.deepEqual(rows[0].fields, { filters: "8", kernel: "7×5", padding: "3×2", stride: "1", start: "gaussian", std: "0.1" });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["stem", "", "", ""],
  );
  const written = { ...ARCHITECTURE[0], stride: 1 };
  assert.deepEqual(architectureOf(rows, TYPES), [written, ARCHITECTURE[1], { ...ARCHITECTURE[2], size: 2, stride: 2 }, ARCHITECTURE[3]]);
});

test("layers without names of their own are called by their places", () => {
  assert.deepEqual(namesByPlace(["conv", "dense", "conv", "dense"].map((type) => ({ type })), TYPES), ["conv1", "dense1", "conv2", "dense2"]);
  const rows = rowsOf(ARCHITECTURE, TYPES);
  rows.splice(3, 0, row("dense", TYPES));
  assert.deepEqual(
    architectureOf(rows, TYPES).map(({ name }) => name),
    ["stem", "relu1", "pool1", "dense1", "dense2"],
  );
});

test("what is no number goes to the server as it was typed", () => {
  assert.equal(typed(" １２ "), 12);
  assert.equal(typed("0,5"), 0.5);
  assert.equal(typed("many"), "many");
  assert.equal(typed(""), "");
});

test("a new layer is the example of its type, without a name", () => {
  assert.deepEqual(row("dense", TYPES), { type: "dense", name: "", fields: { units: "4", start: "he", std: "0.05" } });
  assert.deepEqual(row("relu", TYPES), { type: "relu", name: "", fields: {} });
});

test("a problem has a place among the fields", () => {
  const names = ["conv1", "dense"];
  const at = (field, values) => placeOf({ field, value: null, message: "", code: "", values }, names);
  assert.deepEqual(at("batch_size", { field: "batch_size" }), { row: null, field: "batch_size" });
  assert.deepEqual(at("augmentation", { field: "shift" }), { row: null, field: "shift" });
  assert.deepEqual(at("architecture.1.dense", { layer: "dense", field: "units" }), { row: 1, field: "units" });
  assert.deepEqual(at("architecture.0.conv.kernel.int", { field: "int" }), { row: 0, field: "kernel" });
  assert.deepEqual(at("architecture", { layer: "dense" }), { row: 1, field: "" });
  assert.deepEqual(at("architecture", {}), { row: null, field: "" });
});
