import assert from "node:assert/strict";
import { test } from "node:test";

import { kernelLayers, laneValues, limitOf } from "../../static/draw/tensors.js";
import { BANDS, COLOURS, tensorName, wantedFor } from "../../static/kernel-view.js";

/** @typedef {import("../../static/protocol.js").SnapshotFrame} SnapshotFrame */

test("each view asks for what its bands are streamed in, and for nothing else", () => {
  for (const view of /** @type {(keyof typeof BANDS)[]} */ (Object.keys(BANDS))) {
    const { quantities, against } = wantedFor(view, "B");
    const streamed = BANDS[view]
      .filter((quantity) => quantity !== "before")
      .map((quantity) => tensorName("conv1", /** @type {"weight"} */ (quantity), "B").split("/")[0])
      .filter((name) => name !== "params" && name !== "grads");
    assert.deepEqual(streamed, quantities.map((name) => (name === "apart" ? `apart.${against}` : name)));
    for (const quantity of BANDS[view]) assert.ok(COLOURS[quantity]);
  }
});

/**
 * @param {Int8Array | Float32Array} weights
 * @param {Int8Array | Float32Array} updates of two lanes with one kernel of 1 × 2
 * @returns {SnapshotFrame}
 */
function snapshot(weights, updates) {
  const shape = [2, 1, 1, 1, 2];
  return /** @type {SnapshotFrame} */ ({
    limits: new Map([["params/c.weight", { limit: 1.26, setAt: 0 }], ["updates/c.weight", { limit: 0.126, setAt: 0 }], ["apart.B/c.weight", { limit: 3, setAt: 5 }]]),
    tensors: new Map([["params/c.weight", { shape, data: weights }], ["updates/c.weight", { shape, data: updates }]]),
  });
}

test("what was before the last update is what is now less the update, of levels and of exact numbers", () => {
  const levels = snapshot(Int8Array.of(10, -20, 30, 126), Int8Array.of(50, 0, -100, 10));
  assert.deepEqual(laneValues(levels, "c", "before", 1), Float32Array.of(0.3 + 0.1, 1.26 - 0.01));
  const exact = snapshot(Float32Array.of(0.5, 0.25, -1, 2), Float32Array.of(0.125, -0.5, 1, 0));
  assert.deepEqual(laneValues(exact, "c", "before", 0), Float32Array.of(0.375, 0.75));
  assert.equal(limitOf(exact, "c", "before"), limitOf(exact, "c", "weight"));
  assert.equal(limitOf(exact, "c", "apart", "B").setAt, 5);
});

test("what the levels don't tell of before the last update is not made up", () => {
  const levels = snapshot(Int8Array.of(127, -127, -128, 0), Int8Array.of(100, -100, 0, -128));
  const [above, below] = laneValues(levels, "c", "before", 0) ?? [];
  assert.ok(above > 1.26 && below < -1.26, "beyond the scale, also where the update would lead back onto it");
  assert.deepEqual(laneValues(levels, "c", "before", 1), Float32Array.of(NaN, NaN));
});

test("a stretch of a layer's values is of one lane, in every quantity", () => {
  const exact = snapshot(Float32Array.of(0.5, 0.25, -1, 2), Float32Array.of(0.125, -0.5, 1, 0));
  assert.deepEqual(laneValues(exact, "c", "weight", 1, "", { from: 1, to: 2 }), Float32Array.of(2));
  assert.deepEqual(laneValues(exact, "c", "before", 0, "", { from: 1, to: 2 }), Float32Array.of(0.75));
});

test("what has not come yet is nothing, not zeros", () => {
  const without = snapshot(new Float32Array(4), new Float32Array(4));
  without.tensors.delete("updates/c.weight");
  for (const quantity of /** @type {const} */ (["before", "update", "moved", "apart", "gradient"])) {
    assert.equal(laneValues(without, "c", quantity, 0, "B"), null);
  }
  assert.equal(limitOf(without, "c", "moved").limit, 0);
});

test("a dense layer's kernels are as large as the maps that it sees", () => {
  const layer = { name: "dense", type: "dense", input_shape: [16, 7, 5], output_shape: [10, 1, 1], weight_shape: [10, 560], parameters: 5610 };
  const conv = { name: "conv1", type: "conv", input_shape: [1, 28, 28], output_shape: [8, 28, 28], weight_shape: [8, 1, 7, 6], parameters: 344 };
  const relu = { ...layer, name: "relu", type: "relu", weight_shape: null };
  assert.deepEqual(kernelLayers([conv, relu, layer]).map(({ shape }) => shape), [{ out: 8, in: 1, rows: 7, cols: 6 }]);
  assert.deepEqual(kernelLayers([conv, relu, layer], new Set(["dense"]))[1].shape, { out: 10, in: 16, rows: 7, cols: 5 });
});
