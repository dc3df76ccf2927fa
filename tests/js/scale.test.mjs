import assert from "node:assert/strict";
import { test } from "node:test";

import { HeldScale, jointMagnitude, niceCeiling, robustMagnitude } from "../../static/draw/scale.js";
import { votingLanes } from "../../static/draw/scales.js";

test("limits are round numbers that are not below the value", () => {
  const values = [0.0003, 0.00031, 0.11, 0.12, 0.39, 0.81, 1, 7.3, 99];
  assert.deepEqual(values.map(niceCeiling), [0.0003, 0.0004, 0.12, 0.12, 0.4, 1, 1, 8, 100]);
});

test("a few outliers and non-finite values do not make the scale", () => {
  const values = new Float32Array(1000).fill(0.5);
  values.set([90, -90, NaN, Infinity], 10);
  assert.equal(robustMagnitude(values), 0.5);
  assert.equal(robustMagnitude([NaN]), 0);
});

test("weights take the largest lane; gradients do not let one lane fade the others", () => {
  assert.equal(jointMagnitude([0.1, 0.4], "weight"), 0.4);
  assert.equal(jointMagnitude([0.1, 0.25], "gradient"), 0.25);
  assert.ok(Math.abs(jointMagnitude([0.1, 9], "gradient") - 0.3) < 1e-12);
  assert.equal(jointMagnitude([0, 0.2], "gradient"), 0.2);
  assert.equal(jointMagnitude([0, 0], "gradient"), 0);
});

test("only lanes that are training have a say, unless there is none", () => {
  /** @param {...import("../../static/types.js").LaneStatus} statuses */
  const lanes = (...statuses) =>
    statuses.map((status, index) => ({ id: "ABC"[index], learning_rate: 1, status, step: null, cause: null, reason: null }));
  assert.deepEqual(votingLanes(lanes("training", "collapsed", "training")), [0, 2]);
  assert.deepEqual(votingLanes(lanes("diverged", "collapsed")), [0, 1]);
});

/**
 * @param {HeldScale} scale
 * @param {number} magnitude
 * @param {number} times
 */
function repeat(scale, magnitude, times) {
  for (let step = 100; step < 100 + times; step += 1) scale.observe(magnitude, step, "A,B");
}

test("the scale holds while values wander within it", () => {
  const scale = new HeldScale("weight");
  scale.observe(0.38, 0, "A,B");
  assert.equal(scale.limit, 0.4);
  for (let step = 1; step < 500; step += 1) scale.observe([0.2, 0.43, 0.3, 0.17, 0.41][step % 5], step, "A,B");
  assert.equal(scale.limit, 0.4);
  assert.equal(scale.setAt, 0);
});

test("it grows at once when weights clearly leave it, and says at which step", () => {
  const scale = new HeldScale("weight");
  scale.observe(0.38, 0, "A,B");
  assert.equal(scale.observe(0.7, 312, "A,B"), true);
  assert.deepEqual([scale.limit, scale.setAt], [0.8, 312]);
});

test("gradients may jump further before it follows", () => {
  const scale = new HeldScale("gradient");
  scale.observe(0.1, 1, "A,B");
  assert.equal(scale.observe(0.19, 2, "A,B"), false);
  assert.equal(scale.observe(0.21, 3, "A,B"), true);
});

test("it shrinks only after it has long been too wide", () => {
  const scale = new HeldScale("weight");
  scale.observe(1, 0, "A,B");
  repeat(scale, 0.1, 44);
  assert.equal(scale.limit, 1);
  scale.observe(0.1, 200, "A,B");
  assert.deepEqual([scale.limit, scale.setAt], [0.1, 200]);
});

test("a lone outlier does not hold it open, a tenth of the values does", () => {
  const open = new HeldScale("gradient");
  const shut = new HeldScale("gradient");
  for (const scale of [open, shut]) scale.observe(1, 0, "A,B");
  for (let step = 1; step <= 90; step += 1) {
    open.observe(step % 8 === 0 ? 0.9 : 0.1, step, "A,B");
    shut.observe(step === 30 ? 0.9 : 0.1, step, "A,B");
  }
  assert.deepEqual([open.limit, shut.limit], [1, 0.1]);
});

test("when a lane drops out, the scale follows those that are left at once", () => {
  const scale = new HeldScale("weight");
  scale.observe(8, 5, "A,B,C");
  assert.equal(scale.observe(0.2, 6, "A,B"), true);
  assert.equal(scale.limit, 0.2);
});

test("gradients that are all zero leave the scale as it is", () => {
  const scale = new HeldScale("gradient");
  assert.equal(scale.observe(0, 1, "A"), false);
  assert.equal(scale.limit, 0);
  scale.observe(0.2, 2, "A");
  repeat(scale, 0, 100);
  assert.equal(scale.limit, 0.2);
});
