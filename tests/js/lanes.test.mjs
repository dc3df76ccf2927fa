import assert from "node:assert/strict";
import { test } from "node:test";

import { atRates, beginsAnew, freeId, moved, replaced, spreadRates, withCopy, without, withNew } from "../../static/state/lanes.js";

/**
 * @param {string} id
 * @param {number} rate
 */
const lane = (id, rate = 0.1) => ({
  id,
  name: "",
  learning_rate: rate,
  optimizer: { type: "sgd", momentum: 0.9 },
  schedule: { type: "constant", warm_up: 0 },
});
const ids = (/** @type {{id: string}[]} */ lanes) => lanes.map(({ id }) => id).join("");

test("a new lane has a free letter, the last one's settings and the rate", () => {
  const lanes = withNew([lane("A", 0.01), lane("C", 0.3)], 0.5);
  assert.equal(ids(lanes), "ACB");
  assert.deepEqual(lanes[2], { ...lane("B", 0.5) });
  assert.equal(freeId([lane("B")]), "A");
});

test("a copy stands beside its original and says whose it is", () => {
  const lanes = withCopy([lane("A"), lane("B", 0.3), lane("C")], "B");
  assert.equal(ids(lanes), "ABDC");
  assert.deepEqual(lanes[2], { ...lane("D", 0.3), copy_of: "B" });
});

test("lanes go, and move as far as there are places", () => {
  const lanes = [lane("A"), lane("B"), lane("C")];
  assert.equal(ids(without(lanes, "B")), "AC");
  assert.equal(ids(moved(lanes, "A", 1)), "BAC");
  assert.equal(ids(moved(lanes, "C", -1)), "ACB");
  assert.equal(ids(moved(lanes, "C", 1)), "ABC");
  assert.equal(ids(moved(lanes, "A", -1)), "ABC");
  assert.equal(replaced(lanes, { ...lane("B"), name: "good" })[1].name, "good");
});

test("a spread is even on a logarithmic scale", () => {
  assert.deepEqual(spreadRates(0.001, 1, 4), [0.001, 0.01, 0.1, 1]);
  assert.deepEqual(spreadRates(0.003, 1, 3), [0.003, 0.055, 1]);
  assert.deepEqual(spreadRates(0.5, 2, 1), [0.5]);
  assert.deepEqual(spreadRates(0.0125, 0.333, 3), [0.0125, 0.065, 0.333], "the ends are what was asked for");
  const lanes = atRates([lane("C", 7)], [0.1, 0.2]);
  assert.deepEqual(lanes, [lane("A", 0.1), lane("B", 0.2)]);
});

test("only another optimizer makes a lane begin again", () => {
  assert.equal(beginsAnew(lane("A"), { ...lane("A", 3), name: "x", schedule: { type: "cosine", warm_up: 3 } }), false);
  assert.equal(beginsAnew(lane("A"), { ...lane("A"), optimizer: { momentum: 0.9, type: "sgd" } }), false);
  assert.equal(beginsAnew(lane("A"), { ...lane("A"), optimizer: { type: "sgd", momentum: 0 } }), true);
});
