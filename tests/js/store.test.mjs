import assert from "node:assert/strict";
import { test } from "node:test";

import { completeness } from "../../static/state/completeness.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { GapError } from "../../static/stream/series.js";
import { Store } from "../../static/state/store.js";
import { joined, kernelFrame, scalarsFrame, snapshotFrame } from "./frames.mjs";

/** @param {Store} store @param {...ArrayBuffer} frames */
const receive = (store, ...frames) => store.applyMessage(decodeMessage(joined(...frames)));

/** @param {number} run */
const experiment = (run) => /** @type {any} */ ({ type: "experiment", run });

test("frames join to one history, in which each value stands at its own step", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 3, tests: [0] }));
  receive(store, scalarsFrame({ first: 4, last: 5000, tests: [2, 3000, 3000], counted: [4, 0] }));
  const { series } = store;
  assert.equal(series.lastStep, 5000);
  assert.equal(series.at("loss", 1, 0), 1);
  assert.equal(series.at("loss", 4321, 1), Math.fround(4321.1));
  assert.deepEqual([series.testStep(0), series.testStep(1), series.testStep(3), series.testBefore(5000)], [0, 2, 3000, 3]);
  assert.ok(Number.isNaN(series.at("loss", 0, 0)) && Number.isNaN(series.at("loss", 5001, 0)));
  assert.deepEqual(completeness(store), { kind: "complete", first: 1, last: 5000, values: {} });
});

test("thinned parts hold the steps that they have, at their own steps", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 2 }));
  receive(
    store,
    scalarsFrame({ first: 3, last: 900, stretch: 100, steps: [3, 40, 70, 900] }),
    scalarsFrame({ first: 901, last: 905 }),
  );
  receive(store, scalarsFrame({ first: 906, last: 910 }));
  const { series } = store;
  const held = [1, 2, 3, 40, 70, 900, 901, 905, 906, 910];
  assert.deepEqual(held.map((step) => series.at("loss", step, 0)), held);
  for (const step of [4, 39, 41, 899, 911]) assert.ok(Number.isNaN(series.at("loss", step, 0)), String(step));
  assert.deepEqual([39, 40, 899, 903, 5000].map((step) => series.stepOf(series.rowBefore(step))), [3, 40, 70, 903, 910]);
  assert.equal(series.rowBefore(0), -1);
  assert.deepEqual(completeness(store), { kind: "thinned", first: 1, last: 910, values: { points: 6, step: 900 } });
});

test("the last test before a step is found", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 300, tests: [0, 100, 200] }));
  assert.deepEqual([0, 99, 100, 150, 300].map((step) => store.series.testBefore(step)), [0, 0, 1, 1, 2]);
});

test("a gap is an error, counted, and named until it is filled", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 3 }));
  assert.throws(() => receive(store, scalarsFrame({ first: 6, last: 9 })), GapError);
  assert.deepEqual([store.gaps, store.duplicates], [1, 0]);
  assert.deepEqual(completeness(store), { kind: "missing", first: 1, last: 3, values: { first: 4, last: 5 } });
  assert.deepEqual(store.held, { run: 1, step: 3, tests: 0, observations: 0 });
  receive(store, scalarsFrame({ first: 4, last: 9 }));
  assert.deepEqual(completeness(store), { kind: "complete", first: 1, last: 9, values: {} });
});

test("steps that come twice are an error, counted, and change nothing", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 3 }));
  assert.throws(() => receive(store, scalarsFrame({ first: 3, last: 9 })), GapError);
  assert.deepEqual([store.gaps, store.duplicates, store.series.lastStep, store.series.rows], [0, 1, 3, 3]);
});

test("where the server begins the same run anew, nothing is kept of it", () => {
  const store = new Store();
  receive(store, scalarsFrame({ run: 2, first: 1, last: 3 }));
  assert.throws(() => receive(store, scalarsFrame({ run: 2, first: 1, last: 9 })), GapError);
  assert.deepEqual([store.series.run, store.series.lastStep, store.held], [2, 0, {}]);
});

test("a test result that comes twice is an error", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 3, tests: [0] }));
  assert.throws(() => receive(store, scalarsFrame({ first: 4, last: 5, tests: [0] })), GapError);
  assert.equal(store.series.lastStep, 3);
});

test("an observation that comes twice is an error; each is found by its step, lane and filter", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 50, observed: [20, 40] }));
  assert.throws(() => receive(store, scalarsFrame({ first: 51, last: 52, observed: [40] })), GapError);
  receive(store, scalarsFrame({ first: 51, last: 70, observed: [60] }));
  const { series } = store;
  assert.deepEqual([series.lastStep, series.observations, series.filters], [70, 3, 2]);
  assert.deepEqual([19, 20, 59, 70].map((step) => series.observedBefore(step)), [-1, 0, 1, 2]);
  assert.equal(series.observedAt("observed.ratio", 2, 1), 60 / 8 + 1);
  assert.deepEqual([series.observedNorm(1, 0, 0), series.observedNorm(2, 1, 1)], [40, -60.25]);
  assert.ok(Number.isNaN(series.observedNorm(0, 0, 2)) && Number.isNaN(series.observedAt("observed.ratio", 3, 0)));
  assert.deepEqual([series.at("gradient_norm", 7, 0), series.at("update_norm", 7, 1), series.columns.seconds.data[6]], [14, 0.5, 0.07]);
});

test("a snapshot ahead of its scalars is an error", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 4 }));
  assert.throws(() => receive(store, snapshotFrame({ step: 5 })), GapError);
});

test("exact numbers stay only with the snapshot that they came with", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 5 }), kernelFrame(), snapshotFrame({ dtype: "i1" }));
  assert.deepEqual(store.kernels.map(({ step }) => step), [5]);
  receive(store, scalarsFrame({ first: 6, last: 6 }), snapshotFrame({ step: 6, dtype: "i1" }));
  assert.deepEqual(store.kernels, []);
});

test("a new run begins a new history; what comes late of the old one is not taken for it", () => {
  const store = new Store();
  let runs = 0;
  store.on("run", () => (runs += 1));
  receive(store, scalarsFrame({ run: 1, first: 1, last: 10 }));
  receive(store, snapshotFrame({ run: 2, step: 0, gradients: false }));
  assert.equal(store.series.lastStep, 0);
  receive(store, scalarsFrame({ run: 1, first: 11, last: 12 }), snapshotFrame({ run: 1, step: 5 }));
  assert.deepEqual([store.series.lastStep, store.snapshot?.run, runs], [0, 2, 2]);
  assert.deepEqual([store.gaps, store.duplicates], [0, 0]);
});

test("after a reconnection the history goes on where it was", () => {
  const store = new Store();
  assert.deepEqual(store.held, {});
  receive(store, scalarsFrame({ first: 1, last: 10, tests: [0], observed: [5] }), snapshotFrame({ step: 10 }));
  assert.deepEqual(store.held, { run: 1, step: 10, tests: 1, observations: 1 });
  store.beginSession();
  store.applyExperiment(experiment(1));
  receive(store, scalarsFrame({ first: 11, last: 12 }));
  assert.deepEqual([store.series.lastStep, store.snapshot?.step], [12, 10]);
});

test("a server that was started anew may count its runs from the beginning", () => {
  const store = new Store();
  receive(store, snapshotFrame({ run: 4, step: 0, gradients: false }));
  store.beginSession();
  store.applyExperiment(experiment(1));
  assert.equal(store.series.run, 1);
  receive(store, snapshotFrame({ run: 1, step: 0, gradients: false }));
  assert.equal(store.snapshot?.run, 1);
});

test("what the page says it holds counts what came thinned, and a long way that it came begins where it may", () => {
  const store = new Store();
  receive(store, scalarsFrame({ first: 1, last: 3, tests: [0] }));
  receive(store, scalarsFrame({ first: 4, last: 900, stretch: 100, steps: [40, 900], tests: [200, 800], counted: [10, 25] }));
  assert.deepEqual(store.held, { run: 1, step: 900, tests: 10, observations: 25 });
  assert.deepEqual([store.series.tests, store.series.rows], [3, 5]);
  store.forgetSeries();
  assert.deepEqual([store.held, store.series.run], [{}, 1]);
});
