import assert from "node:assert/strict";
import { test } from "node:test";

import { arithmeticOf } from "../../static/network/arithmetic.js";

/** @param {Record<string, unknown>} layer */
const told = (layer) => {
  const window = { size: [1, 1], stride: [1, 1], padding: [0, 0], .../** @type {object} */ (layer.window) };
  return arithmeticOf(/** @type {any} */ ({ kernel_shape: null, parameters: 0, ...layer, window }), String);
};

/** The sums themselves are calculated, as they are written. @param {string} text */
function right(text) {
  for (const sum of text.split(" × ")) {
    const [calculated, result] = sum.split(" = ");
    const script = calculated.replaceAll("·", "*").replaceAll("−", "-").replace("⌊", "Math.floor(").replace("⌋", ")");
    assert.equal(Function(`return ${script}`)(), Number(result), sum);
  }
}

test("a convolution's size and its parameters", () => {
  const conv = told({
    input_shape: [3, 28, 28],
    output_shape: [8, 28, 28],
    kernel_shape: [8, 3, 7, 7],
    parameters: 1184,
    window: { size: [7, 7], padding: [3, 3] },
  });
  assert.deepEqual(conv, { size: "28 + 2·3 − 7 + 1 = 28", parameters: "8 · (3·7·7 + 1) = 1184" });
  right(conv.size);
  right(conv.parameters);
});

test("rows and columns that differ, and a stride that leaves some out", () => {
  const window = { size: [2, 5], stride: [2, 1] };
  const { size } = told({ input_shape: [1, 9, 20], output_shape: [1, 4, 16], window });
  assert.equal(size, "⌊(9 − 2) / 2⌋ + 1 = 4 × 20 − 5 + 1 = 16");
  right(size);
});

test("what has nothing to calculate", () => {
  assert.deepEqual(told({ input_shape: [8, 28, 28], output_shape: [8, 28, 28] }), { size: "", parameters: "" });
  const dense = { input_shape: [16, 7, 7], output_shape: [10, 1, 1], kernel_shape: [10, 16, 7, 7], window: { size: [7, 7] } };
  assert.deepEqual(told({ ...dense, parameters: 7850 }), { size: "", parameters: "10 · (16·7·7 + 1) = 7850" });
  const second = { input_shape: [84, 1, 1], output_shape: [10, 1, 1], kernel_shape: [10, 84, 1, 1], parameters: 850 };
  assert.equal(told(second).parameters, "10 · (84 + 1) = 850");
});
