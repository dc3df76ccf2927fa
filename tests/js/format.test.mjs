import assert from "node:assert/strict";
import { test } from "node:test";

import { exact, fieldText, numberFormats, placeText, rateText, readNumber, significant } from "../../static/base/format.js";

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

test("a rate has none of float64's noise, neither to be read nor in a field", () => {
  const noisy = [0.1 * 0.1 * 0.1, 0.1 + 0.2, 0.1 * 0.1 ** 3, 3 * 1.1, 0.7 * 0.1];
  assert.deepEqual(noisy.map(rateText), ["0.001", "0.3", "0.0001", "3.3", "0.07"]);
  assert.deepEqual(noisy.map(fieldText), ["0.001", "0.3", "0.0001", "3.3", "0.07"]);
  // All that people and schedules make of round numbers.
  for (const rate of [0.0001, 0.003, 0.05, 0.1, 0.25, 1, 3]) {
    for (const factor of [0.1, 0.2, 0.3, 0.5, 0.7, 0.9]) {
      for (let times = 0; times < 12; times += 1) {
        const value = rate * factor ** times;
        assert.ok(rateText(value).replace(/e.*/, "").replace(/^0\.0*/, "").replace(".", "").length <= 6, `${value}: ${rateText(value)}`);
        assert.ok(Math.abs(Number(fieldText(value)) - value) < 1e-11 * value);
      }
    }
  }
  assert.deepEqual([0.00001, 1e-7, 10, 0.123456789].map(rateText), ["0.00001", "1e−7", "10", "0.123457"]);
  assert.deepEqual([-0.05, 1e-7, 0.123456789].map(fieldText), ["-0.05", "1e-7", "0.123456789"]);
});

test("a number that is filled into a sentence has no noise either", async () => {
  const { Translator } = await import("../../static/base/i18n.js");
  const translator = new Translator("en", { said: "{a} of {b}, {c}" });
  assert.equal(translator.text("said", { a: 0.1 + 0.2, b: 12345678, c: "as it is" }), "0.3 of 12345678, as it is");
});

test("what is shown reads back", () => {
  assert.deepEqual(["−0.5", "1e−7", "3e38", "∞", "−∞"].map(readNumber), [-0.5, 1e-7, 3e38, Infinity, -Infinity]);
});

test("numbers for reading follow the language", () => {
  const format = numberFormats("en");
  assert.equal(format.count(12345), "12,345");
  assert.equal(format.loss(2.30259), "2.303");
  assert.deepEqual([0, 0.0462, 52.339, 523.39, 5233.9].map(format.loss), ["0.000", "0.046", "52.34", "523.4", "5,234"]);
  assert.deepEqual([123456789, Infinity].map(format.loss), ["1.2E8", "∞"]);
  assert.equal(format.loss(NaN), "NaN");
  assert.equal(format.percent(0.97), "97.0%");
  assert.deepEqual([0.9295, 0.2185, 0.0005].map((share) => [format.percent(Math.fround(share)), format.percent(share)]), [["93.0%", "93.0%"], ["21.9%", "21.9%"], ["0.05%", "0.05%"]], "the same from float32 and float64");
  assert.notEqual(format.percent(1 - 2 ** -24), "100.0%");
  assert.deepEqual([1.43, 9, 33.3].map(format.few), ["1.4", "9", "33"]);
  assert.deepEqual([0, 0.0064, 0.00012, 1.92, 12].map(format.epoch), ["0.00", "0.0064", "0.00012", "1.92", "12.00"]);
  assert.deepEqual([0.999999, 9.9999].map(format.epoch), ["0.99", "9.99"], "an epoch that isn't over isn't counted");
});

test("what isn't 0 is never shown as 0, and what isn't all never as all", () => {
  for (const language of ["en", "zh-CN"]) {
    const format = numberFormats(language);
    assert.deepEqual([0.0049, 0.00046, 0.0000456, 1e-9].map(format.loss), ["0.0049", "0.00046", "4.6E-5", "1E-9"]);
    for (let value = 3; value > 1e-12; value *= 0.83) assert.ok(Number(format.loss(value)) > 0, `${value}: ${format.loss(value)}`);
    for (const total of [7, 64, 1000, 2000, 10000]) {
      for (let right = 0; right <= total; right += 1) {
        // As it comes: a float32.
        const share = Math.fround(right / total);
        for (const text of [format.percent(share), format.wholePercent(share)]) {
          const shown = parseFloat(text);
          assert.equal(shown === 0, right === 0, `${right} of ${total}: ${text}`);
          assert.equal(shown === 100, right === total, `${right} of ${total}: ${text}`);
          assert.ok(Math.abs(shown - (100 * right) / total) <= 0.5 + 1e-9, text);
        }
      }
    }
    assert.deepEqual([1, 0.9995, 0.996, 0.5, 0.0005, 0].map(format.percent), ["100.0%", "99.95%", "99.6%", "50.0%", "0.05%", "0.0%"]);
    assert.deepEqual([1, 0.996, 0.5, 0.004, 0].map(format.wholePercent), ["100%", "99.6%", "50%", "0.4%", "0%"]);
    assert.deepEqual([format.count, format.loss, format.percent, format.few, format.epoch, format.axis].map((write) => write(-0)), ["0", "0.000", "0.0%", "0", "0.00", "0"]);
  }
});

test("a label on an axis is the place that it stands at, to the last digit", () => {
  const { axis, axisPercent } = numberFormats("en");
  const read = (/** @type {string} */ text) => Number(text.replaceAll(",", "").replaceAll("−", "-"));
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]) {
    for (let decade = -9; decade <= 9; decade += 1) {
      for (let times = -12; times <= 12; times += 1) {
        // As uPlot counts: with float64's noise.
        const place = times * step * 10 ** decade;
        const exact = Number(place.toPrecision(12));
        assert.equal(read(axis(place)), exact, axis(place));
        assert.equal(read(placeText(place)), exact, placeText(place));
      }
    }
  }
  assert.deepEqual([0, 0.3, 12.5, 0.0001, 25000, 1e8, 1.25e6, 0.00002].map(axis), ["0", "0.3", "12.5", "0.0001", "25,000", "1E8", "1.25E6", "2E-5"]);
  assert.deepEqual([0, 0.2, 0.125, 0.30000000000000004, 1].map(axisPercent), ["0%", "20%", "12.5%", "30%", "100%"]);
  assert.deepEqual([0, 0.05, -0.1, 5000, -5e6, 2.5e-7, 1234500, 0.12345].map(placeText), ["0", "0.05", "−0.1", "5000", "−5e6", "2.5e−7", "1234500", "0.12345"]);
});
