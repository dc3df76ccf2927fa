import assert from "node:assert/strict";
import { test } from "node:test";

import { droppedIn, nodesAtWork, nodesOf, probabilitiesOf, stages, standing, tiling, waysBetween } from "../../static/studies/phases/stages.js";

/** @type {any[]} */
const LAYERS = [
  { name: "pool0", parameters: 0 },
  { name: "conv1", parameters: 10 },
  { name: "relu1", parameters: 0 },
  { name: "dense", parameters: 20 },
];

test("the stages of a step, back down to the first layer that learns", () => {
  assert.deepEqual(
    stages(LAYERS).map(({ phase, layer }) => (layer === null ? phase : `${phase} ${layer}`)),
    ["forward pool0", "forward conv1", "forward relu1", "forward dense", "loss", "backward dense", "backward relu1", "backward conv1", "update"],
  );
});

test("what was done last", () => {
  /** @param {string} status @param {number} step @param {number} [done] */
  const at = (status, step, done = 0) => standing(/** @type {any} */ ({ status, layers: LAYERS }), step, done);
  assert.deepEqual(at("paused", 0), { phase: "start", layer: null });
  assert.deepEqual(at("paused", 4, 2), { phase: "forward", layer: "conv1" });
  assert.deepEqual(at("paused", 4, 5), { phase: "loss", layer: null });
  assert.deepEqual(at("paused", 4, 8), { phase: "backward", layer: "conv1" });
  assert.deepEqual(at("paused", 5), { phase: "update", layer: null });
  assert.deepEqual(at("running", 5), { phase: "iterate", layer: null });
});

test("which nodes are at work, and how far each way has been gone", () => {
  const nodes = nodesOf(LAYERS);
  assert.deepEqual(nodes, ["input", "pool0", "conv1", "relu1", "dense", "softmax", "loss"]);
  /** @param {string[]} forward @param {string[]} backward @param {number | null} loss @param {any} standing */
  const ways = (forward, backward, loss, standing) => {
    const there = (/** @type {string[]} */ names) => Object.fromEntries(names.map((name) => [name, true]));
    const between = waysBetween(nodes, { forward: there(forward), backward: there(backward), loss }, standing);
    return [between.map((one) => one.forward), between.map((one) => one.backward)];
  };
  const all = ["pool0", "conv1", "relu1", "dense"];
  const none = ["", "", "", "", "", ""];
  const made = none.map(() => "made");
  assert.deepEqual(ways(["pool0", "conv1"], [], null, { phase: "forward", layer: "conv1" }), [["made", "now", "", "", "", ""], none]);
  assert.deepEqual(ways(all, [], 2.3, { phase: "loss", layer: null }), [["made", "made", "made", "made", "now", "now"], none]);
  assert.deepEqual(ways(all, ["dense"], 2.3, { phase: "backward", layer: "dense" }), [made, ["", "", "", "", "now", "now"]]);
  assert.deepEqual(ways(all, ["dense", "relu1", "conv1"], 2.3, { phase: "backward", layer: "conv1" }), [made, ["", "", "now", "made", "made", "made"]]);
  assert.deepEqual([...nodesAtWork(LAYERS, { phase: "loss", layer: null })], ["softmax", "loss"]);
  assert.deepEqual([...nodesAtWork(LAYERS, { phase: "backward", layer: "relu1" })], ["relu1"]);
  assert.deepEqual([...nodesAtWork(LAYERS, { phase: "update", layer: null })], ["conv1", "dense"]);
});

test("what dropout did to the image is counted among what was not 0", () => {
  /** @param {number[]} values */
  const packed = (values) => ({ shape: [values.length], data: Buffer.from(Float32Array.from(values).buffer).toString("base64") });
  const layers = [{ name: "relu" }, { name: "dropout", type: "dropout" }];
  const experiment = /** @type {any} */ ({ layers, config: { architecture: [{}, { share: 0.25 }] } });
  const forward = { relu: packed([0, 3, 2, 0, 1]), dropout: packed([0, 4, 0, 0, 0]) };
  assert.deepEqual(droppedIn(/** @type {any} */ ({ forward }), experiment, "dropout"), { share: 0.25, alive: 3, dropped: 2 });
  assert.equal(droppedIn(/** @type {any} */ ({ forward: { relu: forward.relu } }), experiment, "dropout"), null);
});

test("maps are as large as there is room for", () => {
  assert.deepEqual(tiling(1, { rows: 28, cols: 28 }, { width: 112, height: 56 }), { across: 1, cell: 2 });
  const { across, cell } = tiling(8, { rows: 10, cols: 10 }, { width: 100, height: 50 });
  assert.equal(across, 4);
  assert.ok(4 * 10 * cell + 3 <= 100 + 1e-9 && 2 * 10 * cell + 1 <= 50 + 1e-9);
});

test("probabilities that are no numbers are none", () => {
  const of = (/** @type {(number | null)[] | null} */ probabilities) => probabilitiesOf(/** @type {any} */ ({ probabilities }));
  assert.deepEqual(of([0.25, 0.75]), [0.25, 0.75]);
  assert.equal(of([null, null]), null);
  assert.equal(of(null), null);
});
