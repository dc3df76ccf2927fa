import assert from "node:assert/strict";
import { test } from "node:test";

import { channelOf, exactKernel, kernelLayers, laneValues, limitOf } from "../../static/state/tensors.js";
import { BANDS, COLOURS, tensorName, wantedFor } from "../../static/state/quantities.js";

/** @typedef {import("../../static/stream/protocol.js").SnapshotFrame} SnapshotFrame */

test("each view asks for what its bands are streamed in, and for nothing else", () => {
  for (const view of /** @type {(keyof typeof BANDS)[]} */ (Object.keys(BANDS))) {
    const quantities = wantedFor(view, "B");
    const streamed = BANDS[view]
      .map((quantity) => tensorName("conv1", quantity, "B").split("/")[0])
      .filter((name) => name !== "params" && name !== "grads");
    assert.deepEqual(streamed.sort(), [...quantities].sort());
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

test("what was before the last update is what the server says, and is computed from nothing", () => {
  const levels = snapshot(Int8Array.of(10, -20, 30, 126), Int8Array.of(50, 0, -100, 10));
  assert.equal(laneValues(levels, "c", "before", 1), null);
  levels.tensors.set("before/c.weight", { shape: [2, 1, 1, 1, 2], data: Int8Array.of(1, 2, 127, -128) });
  assert.deepEqual(laneValues(levels, "c", "before", 1), Int8Array.of(127, -128));
  assert.equal(limitOf(levels, "c", "apart", "B").setAt, 5);
});

test("the exact numbers of a kernel are those of an exact snapshot, or those that came with it", () => {
  const shape = { out: 1, in: 1, rows: 1, cols: 2 };
  const first = { out: 0, in: 0 };
  const exact = snapshot(Float32Array.of(0.5, 2, -1, 2), Float32Array.of(0.125, -0.5, 1, 0));
  exact.tensors.set("before/c.weight", { shape: [2, 1, 1, 1, 2], data: Float32Array.of(0.375, 0.0498, -2, 2) });
  const found = exactKernel({ snapshot: exact, kernels: [] }, "c", shape, first, 0);
  // 2 was set by hand: taking the update off it would give 2.5.
  assert.deepEqual(found?.before, Float32Array.of(0.375, 0.0498));
  const levels = snapshot(new Int8Array(4), new Int8Array(4));
  assert.equal(exactKernel({ snapshot: levels, kernels: [] }, "c", shape, first, 0), null);
  const before = Float32Array.of(1, 2, 3, 4);
  const kernel = /** @type {import("../../static/stream/protocol.js").KernelFrame} */ ({ layer: "c", ...first, weight: before, gradient: null, update: null, before });
  assert.deepEqual(exactKernel({ snapshot: levels, kernels: [kernel] }, "c", shape, first, 1)?.before, Float32Array.of(3, 4));
});

test("a stretch of a layer's values is of one lane, in every quantity", () => {
  const exact = snapshot(Float32Array.of(0.5, 0.25, -1, 2), Float32Array.of(0.125, -0.5, 1, 0));
  assert.deepEqual(laneValues(exact, "c", "weight", 1, "", { from: 1, to: 2 }), Float32Array.of(2));
  assert.deepEqual(laneValues(exact, "c", "update", 0, "", { from: 1, to: 2 }), Float32Array.of(-0.5));
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
  const layer = { name: "dense", type: "dense", input_shape: [16, 7, 5], output_shape: [10, 1, 1], weight_shape: [10, 560], kernel_shape: [10, 16, 7, 5], always_shown: false, parameters: 5610 };
  const conv = { name: "conv1", type: "conv", input_shape: [1, 28, 28], output_shape: [8, 28, 28], weight_shape: [8, 1, 7, 6], kernel_shape: [8, 1, 7, 6], always_shown: true, parameters: 344 };
  const relu = { ...layer, name: "relu", type: "relu", weight_shape: null, kernel_shape: null };
  assert.deepEqual(kernelLayers([conv, relu, layer]).map(({ shape }) => shape), [{ out: 8, in: 1, rows: 7, cols: 6 }]);
  assert.deepEqual(kernelLayers([conv, relu, layer], new Set(["dense"]))[1].shape, { out: 10, in: 16, rows: 7, cols: 5 });
});

test("a kernel of a convolution in groups is for a channel of its filter's group", () => {
  const layers = /** @type {any} */ ([
    { name: "conv", input_shape: [6, 9, 9], kernel_shape: [4, 3, 5, 5] },
    { name: "dense", input_shape: [4, 2, 2], kernel_shape: [10, 4, 2, 2] },
  ]);
  assert.deepEqual([0, 1, 2, 3].map((out) => channelOf(layers, "conv", { out, in: 1 })), [1, 1, 4, 4]);
  assert.equal(channelOf(layers, "dense", { out: 9, in: 3 }), 3);
});
