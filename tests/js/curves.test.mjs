import assert from "node:assert/strict";
import { test } from "node:test";

import { drawDots, drawLine, pixels } from "../../static/charts/curves.js";

Object.assign(globalThis, { devicePixelRatio: 2 });

/** Rounded, and never −0. @param {number} value */
const whole = (value) => Math.round(value) + 0;

/** A plot of 100 × 100 pixels, from 0 to 10 and from `low` to `high`, and what is drawn into it. @param {number} low @param {number} high */
function plotOf(low, high, isLog = false) {
  /** @type {string[]} */
  const drawn = [];
  const at = (/** @type {string} */ what) => (/** @type {number} */ x, /** @type {number} */ y) => void drawn.push(`${what} ${whole(x)} ${whole(y)}`);
  const ctx = { moveTo: at("from"), lineTo: at("to"), arc: at("dot"), beginPath() {}, stroke() {}, fill() {}, setLineDash() {} };
  const along = (/** @type {number} */ value) => (isLog ? Math.log(value) : value);
  const scales = { x: { min: 0, max: 10, distr: 1 }, y: { min: low, max: high, distr: isLog ? 3 : 1 } };
  const valToPos = (/** @type {number} */ value, /** @type {string} */ axis) =>
    axis === "x" ? 10 * value : 100 * (1 - (along(value) - along(low)) / (along(high) - along(low)));
  return { plot: /** @type {any} */ ({ ctx, scales, valToPos }), drawn };
}

const stroke = { colour: "", width: 1 };

test("a line ends at a gap, and a point without neighbours is a dot", () => {
  const { plot, drawn } = plotOf(0, 10);
  drawLine(plot, { places: [0, 1, 2, 3, 4, 5, 6], values: [1, 2, null, 4, null, 6, 7] }, stroke);
  const line = ["from 0 90", "to 10 80", "from 30 60", "from 50 40", "to 60 30"];
  assert.deepEqual(drawn.slice(0, 5), line);
  assert.deepEqual(drawn.filter((one) => one.startsWith("dot")), ["dot 30 60"]);
});

test("an infinite value is on the upper edge, and on a logarithmic axis what is not above 0 has no place", () => {
  const { plot, drawn } = plotOf(1, 100, true);
  drawLine(plot, { places: [0, 1, 2, 3, 4], values: [1, 10, Infinity, 0, 100] }, stroke);
  assert.deepEqual(drawn.slice(0, 4), ["from 0 100", "to 10 50", "to 20 0", "from 40 0"]);
  assert.deepEqual(drawn.filter((one) => one.startsWith("dot")), ["dot 40 0"], "beside a value without a place it stands alone");
  const up = pixels(plot, "y");
  assert.deepEqual([1, 10, 100, Infinity, 0, null].map((value) => whole(up(value))), [100, 50, 0, 0, NaN, NaN]);
});

test("a curve that has grown since it got its places is drawn as far as these go", () => {
  const { plot, drawn } = plotOf(0, 10);
  const curve = { places: [0, 1], values: [1, 2, 3, null, 5] };
  drawLine(plot, curve, stroke);
  assert.deepEqual(drawn, ["from 0 90", "to 10 80"]);
  drawn.length = 0;
  drawLine(plot, { places: [4], values: [1, 2, 3] }, stroke);
  assert.deepEqual(drawn.filter((one) => one.startsWith("dot")), ["dot 40 90"], "it has no neighbours yet");
  drawn.length = 0;
  drawDots(plot, curve, { size: 6, width: 1, stroke: "", fill: "" });
  assert.deepEqual(drawn.filter((one) => one.startsWith("dot")), ["dot 0 90", "dot 10 80"]);
});
