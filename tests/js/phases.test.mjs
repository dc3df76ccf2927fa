import assert from "node:assert/strict";
import { test } from "node:test";

import { stages, standing, tiling } from "../../static/phases.js";

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

test("where an experiment stands", () => {
  /** @param {object} members @param {number} step */
  const at = (members, step) => standing(/** @type {any} */ ({ status: "paused", phases: null, layers: LAYERS, ...members }), step);
  assert.deepEqual(at({}, 0), { phase: "start", layer: null });
  assert.deepEqual(at({ phases: { done: 0, of: 9 } }, 0), { phase: "start", layer: null });
  assert.deepEqual(at({ phases: { done: 2, of: 9 } }, 4), { phase: "forward", layer: "conv1" });
  assert.deepEqual(at({ phases: { done: 5, of: 9 } }, 4), { phase: "loss", layer: null });
  assert.deepEqual(at({ phases: { done: 8, of: 9 } }, 4), { phase: "backward", layer: "conv1" });
  assert.deepEqual(at({}, 5), { phase: "update", layer: null });
  assert.deepEqual(at({ status: "running" }, 5), { phase: "iterate", layer: null });
});

test("maps are as large as there is room for", () => {
  assert.deepEqual(tiling(1, { rows: 28, cols: 28 }, { width: 112, height: 56 }), { across: 1, cell: 2 });
  const { across, cell } = tiling(8, { rows: 10, cols: 10 }, { width: 100, height: 50 });
  assert.equal(across, 4);
  assert.ok(4 * 10 * cell + 3 <= 100 + 1e-9 && 2 * 10 * cell + 1 <= 50 + 1e-9);
});
