import assert from "node:assert/strict";
import { test } from "node:test";

import { leadingLane } from "../../static/state/leading.js";

/** @param {number[]} rates @param {string[]} [statuses] */
const lanes = (rates, statuses = []) =>
  rates.map((rate, lane) => /** @type {any} */ ({ learning_rate: rate, status: statuses[lane] ?? "training" }));

/** A history whose newest test has these accuracies. @param {number[]} accuracies @param {number} step */
const tested = (accuracies, step = 100) =>
  /** @type {any} */ ({ lastStep: step, testBefore: () => accuracies.length - 1, testAt: (name, _, lane) => (name === "test.accuracy" ? accuracies[lane] : NaN) });

test("before the first step the rate in the middle is shown, whatever the order of the lanes", () => {
  assert.equal(leadingLane(lanes([0.003, 0.1, 1]), tested([0.1, 0.1, 0.12], 0), 0), 1);
  assert.equal(leadingLane(lanes([1, 0.003, 0.1]), tested([], 0), 0), 2);
  assert.equal(leadingLane(lanes([0.1, 0.01]), tested([], 0), 0), 1, "the safer of two");
  assert.equal(leadingLane(lanes([0.1]), tested([], 0), 5), 0);
});

test("then the best one that is well ahead, and not to and fro", () => {
  const three = lanes([0.003, 0.1, 1]);
  assert.equal(leadingLane(three, tested([0.2, 0.9, 0.1]), 0), 1);
  assert.equal(leadingLane(three, tested([0.93, 0.9, 0.1]), 1), 1);
  assert.equal(leadingLane(three, tested([NaN, NaN, NaN]), 2), 2, "nothing is known");
});

test("a lane that has collapsed or diverged leads no longer, unless there is no other", () => {
  assert.equal(leadingLane(lanes([0.003, 0.1, 1], ["training", "training", "collapsed"]), tested([0.15, 0.12, 0.6]), 2), 0);
  assert.equal(leadingLane(lanes([1, 10, 100], ["diverged", "diverged", "diverged"]), tested([0.1, 0.1, 0.1]), 0), 0);
});
