import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeFrame } from "../../static/protocol.js";
import { GapError } from "../../static/series.js";
import { Store } from "../../static/store.js";
import { scalarsFrame, snapshotFrame } from "./frames.mjs";

/** @param {Parameters<typeof scalarsFrame>[0]} options */
function scalars(options) {
  const frame = decodeFrame(scalarsFrame(options));
  assert.equal(frame.kind, "scalars");
  return frame;
}

/** @param {Parameters<typeof snapshotFrame>[0]} options */
function snapshot(options) {
  const frame = decodeFrame(snapshotFrame(options));
  assert.equal(frame.kind, "snapshot");
  return frame;
}

test("frames join to one history, in which each value stands at its own step", () => {
  const store = new Store();
  store.applyScalars(scalars({ first: 1, last: 3, tests: [0] }));
  store.applyScalars(scalars({ first: 4, last: 5000, tests: [2, 3000] }));
  const { series } = store;
  assert.equal(series.steps, 5000);
  assert.equal(series.at("loss", 1, 0), 1);
  assert.equal(series.at("loss", 4321, 1), Math.fround(4321.1));
  assert.deepEqual([series.testStep(0), series.testStep(1), series.testStep(2)], [0, 2, 3000]);
  assert.ok(Number.isNaN(series.at("loss", 0, 0)) && Number.isNaN(series.at("loss", 5001, 0)));
});

test("the last test before a step is found", () => {
  const store = new Store();
  store.applyScalars(scalars({ first: 1, last: 300, tests: [0, 100, 200] }));
  const found = [0, 99, 100, 150, 300].map((step) => store.series.testBefore(step));
  assert.deepEqual(found, [0, 0, 1, 1, 2]);
});

for (const [name, first, last] of /** @type {const} */ ([["a gap", 5, 9], ["an overlap", 3, 9]])) {
  test(`${name} between frames is an error`, () => {
    const store = new Store();
    store.applyScalars(scalars({ first: 1, last: 3 }));
    assert.throws(() => store.applyScalars(scalars({ first, last })), GapError);
  });
}

test("a test result that comes twice is an error", () => {
  const store = new Store();
  store.applyScalars(scalars({ first: 1, last: 3, tests: [0] }));
  assert.throws(() => store.applyScalars(scalars({ first: 4, last: 5, tests: [0] })), GapError);
});

test("a snapshot ahead of its scalars is an error", () => {
  const store = new Store();
  store.applyScalars(scalars({ first: 1, last: 4 }));
  assert.throws(() => store.applySnapshot(snapshot({ step: 5 })), GapError);
});

test("a new run begins a new history; what comes late of the old one is not taken for it", () => {
  const store = new Store();
  let runs = 0;
  store.on("run", () => (runs += 1));
  store.applyScalars(scalars({ run: 1, first: 1, last: 10 }));
  store.applySnapshot(snapshot({ run: 2, step: 0, gradients: false }));
  assert.equal(store.series.steps, 0);
  store.applyScalars(scalars({ run: 1, first: 11, last: 12 }));
  assert.equal(store.series.steps, 0);
  assert.equal(store.applySnapshot(snapshot({ run: 1, step: 5 })), false);
  assert.equal(store.snapshot?.run, 2);
  assert.equal(runs, 2);
});

test("after a reconnection the history is filled again, and the last picture stays until then", () => {
  const store = new Store();
  store.applyScalars(scalars({ first: 1, last: 10 }));
  store.applySnapshot(snapshot({ step: 10 }));
  store.beginSession();
  assert.equal(store.snapshot?.step, 10);
  store.applyScalars(scalars({ first: 1, last: 12 }));
  assert.equal(store.series.steps, 12);
});

test("a server that was started anew may count its runs from the beginning", () => {
  const store = new Store();
  store.applySnapshot(snapshot({ run: 4, step: 0 }));
  store.beginSession();
  assert.equal(store.applySnapshot(snapshot({ run: 1, step: 0 })), true);
  assert.equal(store.snapshot?.run, 1);
});
