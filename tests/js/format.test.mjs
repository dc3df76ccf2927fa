import assert from "node:assert/strict";
import { test } from "node:test";

import { changing, exact, numberFormats, placeText, significant } from "../../static/format.js";

/** @param {string} text */
const read = (text) => Number(text.replaceAll("−", "-").replace("∞", "Infinity"));

test("an exact value reads back as the very same float32", () => {
  const view = new DataView(new ArrayBuffer(4));
  // A fixed walk over bit patterns: signs, exponents and mantissas of all kinds.
  for (let bits = 1, count = 0; count < 20000; count += 1, bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0) {
    view.setUint32(0, bits);
    const value = view.getFloat32(0);
    if (Number.isFinite(value)) assert.equal(Math.fround(read(exact(value))), value);
  }
});

test("an exact value is no longer than it must be", () => {
  const expected = { 0.1: "0.1", "-0.1184": "−0.1184", 0: "0", 1: "1", 100: "100", 16777216: "16777216" };
  for (const [value, text] of Object.entries(expected)) assert.equal(exact(Math.fround(Number(value))), text);
  assert.equal(exact(Math.fround(1 / 3)), "0.33333334");
  assert.equal(exact(Math.fround(2.13e-7)), "2.13e−7");
  assert.equal(exact(Math.fround(1e-45)), "1e−45");
  assert.equal(exact(Math.fround(3e38)), "3e38");
});

test("what is no finite number says so", () => {
  assert.deepEqual([NaN, Infinity, -Infinity].map(exact), ["NaN", "∞", "−∞"]);
});

test("rounded values lose their trailing zeros", () => {
  assert.equal(significant(0.4, 2), "0.4");
  assert.equal(significant(100, 2), "100");
  assert.equal(significant(-0.00213, 2), "−0.0021");
  assert.equal(significant(1200, 4), "1200");
});

test("a number that changes by little shows the change", () => {
  assert.deepEqual([changing(0.1007279, 5.029e-5), changing(0.1007782, 5.029e-5)], ["0.100728", "0.100778"]);
  assert.deepEqual([changing(0.09999, 0.00002), changing(0.10001, 0.00002)], ["0.09999", "0.10001"]);
  assert.equal(changing(0.1007279, -0.3), "0.1007");
  assert.equal(changing(0.123456789, 1e-20), "0.123456789");
  assert.deepEqual([changing(-0.25, 0), changing(0, 0.1), changing(NaN, 0.1), changing(1, NaN)], ["−0.25", "0", "NaN", "1"]);
});

test("numbers for reading follow the language", () => {
  const format = numberFormats("en");
  assert.equal(format.count(12345), "12,345");
  assert.equal(format.loss(2.30259), "2.303");
  assert.deepEqual([0, 0.0004, 52.339, 523.39, 5233.9].map(format.loss), ["0.000", "0.000", "52.34", "523.4", "5,234"]);
  assert.deepEqual([123456789, Infinity].map(format.loss), ["1.2E8", "∞"]);
  assert.equal(format.loss(NaN), "NaN");
  assert.equal(format.percent(0.97), "97.0%");
  assert.deepEqual([1.43, 9, 33.3].map(format.few), ["1.4", "9", "33"]);
});

test("what stands beside an axis fits there, however large or small, and tells neighbours apart", () => {
  assert.deepEqual([0, 0.05, -0.1].map((value) => placeText(value, 0.05)), ["0", "0.05", "−0.10"]);
  assert.deepEqual([0, 5000, 10000].map((value) => placeText(value, 5000)), ["0", "5000", "10000"]);
  assert.deepEqual([0, -5e6, -1e7].map((value) => placeText(value, 5e6)), ["0", "−5e6", "−1e7"]);
  assert.deepEqual([2.5e-7, -5e-7].map((value) => placeText(value, 2.5e-7)), ["2.5e−7", "−5e−7"]);
  const { axis } = numberFormats("en");
  assert.deepEqual([0, 0.3, 0.0001, 25000, 1e8, 0.00002].map(axis), ["0", "0.3", "0.0001", "25,000", "1E8", "2E-5"]);
});
