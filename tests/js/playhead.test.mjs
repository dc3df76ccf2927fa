import assert from "node:assert/strict";
import { test } from "node:test";

import { Interest } from "../../static/stream/interest.js";
import { Playhead } from "../../static/state/playhead.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { Store } from "../../static/state/store.js";
import { joined, scalarsFrame, snapshotFrame } from "./frames.mjs";

function opened() {
  /** @type {any[]} */
  const asked = [];
  const store = new Store();
  const playhead = new Playhead(store, new Interest(({ subjects }) => asked.push(/** @type {any} */ (subjects)[0]?.at ?? null), undefined, (tell) => tell()));
  store.applyMessage(decodeMessage(joined(scalarsFrame({ first: 1, last: 9 }), snapshotFrame({ step: 9 }))));
  return { store, playhead, asked };
}

const shown = { quantities: [], layers: [] };

/** @param {number} at @param {number} step @returns {import("../../static/state/store.js").Found} */
const past = (at, step, run = 1) => ({
  type: "found",
  subject: { kind: "past", at, shown },
  run,
  step: 9,
  payload: { frame: Buffer.from(snapshotFrame({ step })).toString("base64") },
});

test("an earlier step is shown once it has come, and the newest again when that is wanted", () => {
  const { store, playhead, asked } = opened();
  let told = 0;
  store.on("shown", () => (told += 1));
  playhead.go(4);
  assert.deepEqual([asked, store.shown?.step, store.pastStep], [[4], 9, null]);
  store.applyFound(past(4, 3));
  assert.deepEqual([store.shown?.step, store.snapshot?.step, store.pastStep, told], [3, 9, 3, 1]);
  playhead.go(4);
  assert.deepEqual(asked, [4]);
  playhead.go(null);
  assert.deepEqual([asked, store.shown?.step, store.pastStep, told], [[4, null], 9, null, 2]);
});

test("what comes too late, or of another run, is not shown", () => {
  const { store, playhead } = opened();
  playhead.go(4);
  playhead.go(6);
  store.applyFound(past(4, 4));
  assert.equal(store.pastStep, null);
  store.applyFound(past(6, 6, 0));
  assert.equal(store.pastStep, null);
  store.applyFound(past(6, 6));
  assert.equal(store.pastStep, 6);
  playhead.go(null);
  store.applyFound(past(6, 6));
  assert.equal(store.pastStep, null);
});

test("another run begins at its newest step", () => {
  const { store, playhead } = opened();
  playhead.go(4);
  store.applyFound(past(4, 4));
  store.applyExperiment(/** @type {any} */ ({ type: "experiment", run: 2 }));
  assert.deepEqual([playhead.step, store.pastStep], [null, null]);
});
