import assert from "node:assert/strict";
import { test } from "node:test";

import { ABOVE, BELOW, NON_FINITE, ZERO, colourIndex, colourIndices, colourRamp, colourTable } from "../../static/draw/colormap.js";
import { contrast, fromOklab, parseHex, toOklab } from "../../static/draw/oklab.js";

const quantities = /** @type {const} */ (["weight", "gradient"]);
const themes = /** @type {const} */ (["light", "dark"]);

/** @param {import("../../static/draw/oklab.js").Triple} rgb */
const lightness = (rgb) => toOklab(rgb)[0];

test("OKLab goes there and back, and knows white", () => {
  const [l, a, b] = toOklab([1, 1, 1]);
  assert.ok(Math.abs(l - 1) < 1e-6 && Math.abs(a) < 1e-6 && Math.abs(b) < 1e-6);
  const back = fromOklab(toOklab(parseHex("#1a64a8")));
  parseHex("#1a64a8").forEach((channel, index) => assert.ok(Math.abs(channel - back[index]) < 1e-6));
});

for (const quantity of quantities) {
  for (const theme of themes) {
    const ramp = colourRamp(quantity, theme);
    const away = theme === "light" ? -1 : 1;

    test(`${quantity}, ${theme}: lightness runs one way from zero to either end and beyond`, () => {
      for (const side of [-1, 1]) {
        for (let step = 1; step <= 126; step += 1) {
          const change = lightness(ramp[ZERO + side * step]) - lightness(ramp[ZERO + side * (step - 1)]);
          assert.ok(away * change > 0, `step ${side * step} changes lightness by ${change}`);
        }
      }
      assert.ok(away * (lightness(ramp[BELOW]) - lightness(ramp[BELOW + 1])) > 0.05);
      assert.ok(away * (lightness(ramp[ABOVE]) - lightness(ramp[ABOVE - 1])) > 0.05);
    });

    test(`${quantity}, ${theme}: both ends stand out from zero`, () => {
      assert.ok(contrast(ramp[BELOW + 1], ramp[ZERO]) >= 3);
      assert.ok(contrast(ramp[ABOVE - 1], ramp[ZERO]) >= 3);
    });

    test(`${quantity}, ${theme}: the two arms are about equally strong`, () => {
      for (const step of [32, 63, 126]) {
        assert.ok(Math.abs(lightness(ramp[ZERO + step]) - lightness(ramp[ZERO - step])) < 0.06);
      }
    });
  }
}

test("zero is the centre, the limits are the ends, what is beyond them is clipped to a colour of its own", () => {
  assert.equal(colourIndex(0, 0.4), ZERO);
  assert.equal(colourIndex(-0, 0.4), ZERO);
  assert.equal(colourIndex(0.4, 0.4), ABOVE - 1);
  assert.equal(colourIndex(-0.4, 0.4), BELOW + 1);
  assert.equal(colourIndex(0.2, 0.4), ZERO + 63);
  assert.equal(colourIndex(0.41, 0.4), ABOVE);
  assert.equal(colourIndex(-1e30, 0.4), BELOW);
});

test("values that are no finite numbers have a colour of their own", () => {
  for (const value of [NaN, Infinity, -Infinity]) assert.equal(colourIndex(value, 1), NON_FINITE);
});

test("the levels on the wire are the levels of the scale", () => {
  const levels = Int8Array.from([-128, -127, -126, 0, 63, 126, 127]);
  const indices = new Uint8Array(levels.length);
  colourIndices(levels, 0.4, indices);
  assert.deepEqual([...indices], [NON_FINITE, BELOW, BELOW + 1, ZERO, ZERO + 63, ABOVE - 1, ABOVE]);
  colourIndices(Float32Array.from([NaN, -0.5, -0.4, 0, 0.2, 0.4, 0.5], Number), Math.fround(0.4), indices);
  assert.deepEqual([...indices], [NON_FINITE, BELOW, BELOW + 1, ZERO, ZERO + 63, ABOVE - 1, ABOVE]);
});

test("a scale that has seen nothing but zeros still has a colour for zero", () => {
  assert.equal(colourIndex(0, 0), ZERO);
});

test("the table's entries are opaque pixels in the byte order of ImageData", () => {
  const table = colourTable("weight", "light");
  const bytes = new Uint8Array(table.buffer);
  assert.deepEqual([...bytes.slice(4 * ZERO, 4 * ZERO + 4)], [0xf1, 0xf2, 0xf4, 0xff]);
});

/** Machado, Oliveira and Fernandes (2009) at full severity, on linear RGB. */
const BLINDNESS = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** @param {import("../../static/draw/oklab.js").Triple} rgb @param {number[][]} matrix @returns {import("../../static/draw/oklab.js").Triple} */
function seen(rgb, matrix) {
  const linear = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const [r, g, b] = matrix.map((row) => row.reduce((sum, weight, index) => sum + weight * linear[index], 0));
  const back = (/** @type {number} */ c) => (c <= 0.0031308 ? 12.92 * Math.max(0, c) : Math.min(1, 1.055 * c ** (1 / 2.4) - 0.055));
  return toOklab([back(r), back(g), back(b)]);
}

for (const [name, matrix] of Object.entries(BLINDNESS)) {
  for (const theme of themes) {
    const [weight, gradient] = quantities.map((quantity) => colourRamp(quantity, theme).map((rgb) => seen(rgb, matrix)));
    /** @param {number[]} one @param {number[]} other */
    const apart = (one, other) => Math.hypot(...one.map((value, index) => value - other[index]));

    test(`${name}, ${theme}: negative from positive is told at half the range, and weights from gradients at the ends`, () => {
      for (const ramp of [weight, gradient]) {
        for (const step of [63, 126]) assert.ok(apart(ramp[ZERO - step], ramp[ZERO + step]) > 0.06, `${apart(ramp[ZERO - step], ramp[ZERO + step])}`);
      }
      for (const end of [ZERO - 126, ZERO + 126]) assert.ok(apart(weight[end], gradient[end]) > 0.04, `${end}: ${apart(weight[end], gradient[end])}`);
    });

    test(`${name}, ${theme}: an answer, a dead filter's nothing and the lack of a number are told apart`, () => {
      // A quarter of the range is seen beside zero, and each further quarter beside that before.
      for (const step of [32, 63, 95, 126]) assert.ok(apart(weight[ZERO + step], weight[ZERO + step - 31]) > 0.04);
      for (const ramp of [weight, gradient]) {
        for (const other of [BELOW, BELOW + 1, ZERO, ABOVE - 1, ABOVE]) assert.ok(apart(ramp[NON_FINITE], ramp[other]) > 0.06, `${other}: ${apart(ramp[NON_FINITE], ramp[other])}`);
      }
    });
  }
}
