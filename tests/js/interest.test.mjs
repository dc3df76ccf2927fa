import assert from "node:assert/strict";
import { test } from "node:test";

import { Interest } from "../../static/stream/interest.js";

const weight = { layer: "conv1", out: 0, in: 0, row: 0, col: 0, image: null };

test("what the text beside the page wants is asked for too, but the page has the say", () => {
  /** @type {any[]} */
  const sent = [];
  const interest = new Interest((message) => sent.push(message));
  interest.want({ quantities: ["updates"], trace: { lane: "A", image: 4 } });
  interest.want({ quantities: ["moved", "updates"], trace: { lane: "B", image: 0 }, weight: { ...weight, lane: "B" } }, "text");
  assert.deepEqual(sent.at(-1).quantities, ["updates", "moved"]);
  assert.deepEqual(sent.at(-1).trace, { lane: "A", image: 4 });
  assert.equal(sent.at(-1).weight.lane, "B");
  interest.want({ trace: null, weight: { ...weight, lane: "C" } });
  assert.deepEqual(sent.at(-1).trace, { lane: "B", image: 0 });
  assert.equal(sent.at(-1).weight.lane, "C");
  // Nothing new: nothing is said.
  const { length } = sent;
  interest.want({ weight: { ...weight, lane: "A" } }, "text");
  assert.equal(sent.length, length);
  interest.begin();
  assert.equal(sent.length, length + 1);
});
