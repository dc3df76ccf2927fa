import assert from "node:assert/strict";
import { test } from "node:test";

import { readNumber } from "../../static/base/format.js";
import { excerpt, fixed, sampleOf } from "../../static/studies/weight/sheet.js";

/** The same numbers each time. @param {number} seed */
function numbers(seed) {
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
}

/** Whole units of the last decimal, in which sums are exact. @param {string} text */
const units = (text) => {
  const [, decimals = ""] = text.split(".");
  return { value: Math.round(readNumber(text) * 10 ** decimals.length), decimals: decimals.length };
};

test("whoever multiplies and adds the printed numbers gets the printed results", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = numbers(seed);
    const size = 10 ** (4 * random() - 6);
    const sensitivity = Float32Array.from({ length: 196 }, () => (random() < 0.4 ? 0 : size * (random() - 0.5)));
    const seen = Float32Array.from({ length: 196 }, () => Math.max(0, random() - 0.2));
    const share = sensitivity.reduce((sum, value, place) => sum + value * seen[place], 0);
    const sample = sampleOf({ sensitivity, seen, cols: 14 }, share);
    assert.ok(sample, `seed ${seed}`);
    const { products, sum, rest, power } = sample;
    assert.equal(products.length, 5);
    const { decimals } = units(sum);
    for (const factor of /** @type {const} */ (["sensitivity", "seen"])) {
      assert.equal(new Set(products.map((line) => units(line[factor]).decimals)).size, 1, "a column has as many decimals in each line");
    }
    for (const { row, col, sensitivity: one, seen: other, product } of products) {
      assert.equal(fixed(readNumber(one) * readNumber(other), decimals), product);
      assert.ok(Math.abs(readNumber(product) * 10 ** power - sensitivity[row * 14 + col] * seen[row * 14 + col]) <= 0.51 * 10 ** (power - decimals), "it is the true one, rounded");
    }
    assert.equal(products.reduce((total, { product }) => total + units(product).value, 0), units(sum).value);
    assert.equal(units(sum).value + units(rest).value, units(sample.share).value);
    assert.ok(Math.abs(readNumber(sample.share) * 10 ** power - share) <= 0.51 * 10 ** (power - decimals));
  }
});

test("an image that adds nothing has no products, and one position is enough", () => {
  assert.equal(sampleOf({ sensitivity: [0, 0], seen: [1, 1], cols: 1 }, 0), null);
  const one = sampleOf({ sensitivity: [0, -0.25], seen: [1, 0.5], cols: 2 }, -0.125);
  assert.deepEqual(one, { power: -1, products: [{ row: 0, col: 1, sensitivity: "−2.50", seen: "0.50", product: "−1.25" }], sum: "−1.25", rest: "0.00", share: "−1.25" });
});

test("a large kernel is printed around the weight", () => {
  assert.deepEqual(excerpt({ row: 0, col: 27 }, { rows: 28, cols: 28 }, 7), { row: 0, col: 21, rows: 7, cols: 7 });
  assert.deepEqual(excerpt({ row: 2, col: 1 }, { rows: 3, cols: 5 }, 7), { row: 0, col: 0, rows: 3, cols: 5 });
  assert.equal(fixed(-0.0004, 3), "0.000");
});
