import assert from "node:assert/strict";
import { test } from "node:test";

import { cellAt, kernelOrigin, neighbour, planPicture } from "../../static/draw/atlas.js";
import { ABOVE, BELOW, colourTable, NON_FINITE, ZERO } from "../../static/draw/colormap.js";
import { mixed, mixKernels } from "../../static/draw/mixing.js";
import { framedKernels, paintBand } from "../../static/draw/paint.js";
import { kernelLayers, othersOf } from "../../static/state/tensors.js";

const shape = { out: 6, in: 3, rows: 4, cols: 5, colour: true };
const table = colourTable("weight", "light");

/** @param {number} pixel 0xAABBGGRR */
const rgb = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];

/**
 * A layer as the server describes it.
 * @param {string} name @param {number} parameters @param {number[] | null} kernels @param {number[]} input
 */
const layer = (name, parameters, kernels, input = [3, 9, 9]) =>
  /** @type {any} */ ({ name, parameters, kernel_shape: kernels, input_shape: input, always_shown: kernels !== null });

test("grey is zero, the ends are black and full colour, and what is clipped stays there", () => {
  assert.deepEqual(rgb(mixed(ZERO, ZERO, ZERO, table)), [128, 128, 128]);
  assert.deepEqual(rgb(mixed(ZERO + 126, ZERO, ZERO - 126, table)), [255, 128, 0]);
  assert.deepEqual(rgb(mixed(ABOVE, BELOW, ZERO + 63, table)), [255, 0, 191]);
  assert.equal(mixed(ZERO, NON_FINITE, ZERO, table), table[NON_FINITE]);
});

test("a colour is a tile as wide as one channel, in which all three lie", () => {
  const plan = planPicture(shape, 264, 1, 2);
  const single = planPicture({ ...shape, in: 1, colour: false }, 264, 1, 2);
  assert.deepEqual([plan.width, plan.height, plan.cell], [single.width, single.height, single.cell]);
  for (const out of [0, 4]) {
    assert.deepEqual(kernelOrigin(plan, 1, out, 2), kernelOrigin(plan, 1, out, 0));
    const { x, y } = kernelOrigin(plan, 1, out, 0);
    assert.deepEqual(cellAt(plan, x + 3 * plan.cell, y + plan.cell), { band: 1, out, in: 0, row: 1, col: 3 });
  }
});

test("keys go from filter to filter within the channel", () => {
  const plan = planPicture(shape, 264, 1, 2);
  assert.equal(plan.perRow, 4);
  const at = { out: 2, in: 1, row: 3, col: 4 };
  assert.deepEqual(neighbour(plan, at, 1, 0), { out: 3, in: 1, row: 3, col: 0 });
  assert.deepEqual(neighbour(plan, { ...at, col: 0 }, -1, 0), { out: 1, in: 1, row: 3, col: 4 });
  assert.deepEqual(neighbour(plan, { ...at, out: 3 }, 1, 0), { ...at, out: 3 });
  assert.deepEqual(neighbour(plan, { ...at, out: 1 }, 0, 1), { out: 5, in: 1, row: 0, col: 4 });
  assert.deepEqual(neighbour(plan, at, 0, 1), at);
});

test("each cell is painted in the colour of its three numbers, from levels and from exact ones", () => {
  const plan = planPicture(shape, 264, 1, 2);
  const size = 3 * shape.rows * shape.cols;
  const exact = Float32Array.from({ length: shape.out * size }, (_, index) => Math.sin(index) / 2);
  const levels = Int8Array.from(exact, (value) => Math.round(value * 2 * 126));
  for (const values of [exact, levels]) {
    const pixels = new Uint32Array(plan.width * plan.height);
    paintBand(plan, pixels, 1, values, 0.5, table, 7);
    const { x, y } = kernelOrigin(plan, 1, 4, 0);
    const found = rgb(pixels[(y + 2 * plan.cell) * plan.width + x + 3 * plan.cell]);
    const place = 4 * size + 2 * shape.cols + 3;
    const expected = [0, 1, 2].map((channel) => 255 * (0.5 + exact[place + channel * shape.rows * shape.cols]));
    found.forEach((byte, channel) => assert.ok(Math.abs(byte - expected[channel]) <= 1.6, `${found} ${expected}`));
    assert.equal(pixels[0], 0, "the other band is left alone");
  }
  const pixels = new Uint32Array(plan.width * plan.height);
  paintBand(plan, pixels, 0, null, 0, table, 7);
  assert.equal(pixels[0], 7, "what is absent is no colour");
  const band = { values: exact, limit: 1, linear: 0, table };
  const framed = framedKernels(plan, [band, { ...band, frame: /** @type {const} */ ("change") }]);
  assert.deepEqual(framed, [0, 1, 2, 3, 4, 5].map((out) => ({ ...kernelOrigin(plan, 1, out, 0), frame: "change" })));
});

test("kernels alone are mixed likewise", () => {
  const indices = Uint8Array.of(127, 253, 127, 1, 127, 127, 253, 253, 127, 127, 1, 1);
  const pixels = new Uint32Array(4);
  mixKernels(indices, 2, table, pixels);
  assert.deepEqual([...pixels].map(rgb), [[128, 128, 128], [255, 0, 128], [255, 128, 0], [255, 128, 0]]);
});

test("only the layer that sees the image’s colours has kernels in colour", () => {
  const conv = layer("conv1", 10, [4, 3, 5, 5]);
  const later = layer("conv2", 10, [4, 3, 5, 5], [3, 5, 5]);
  const pool = layer("pool1", 0, null);
  const inColour = (/** @type {any[]} */ ...layers) =>
    kernelLayers(layers, new Set(), true).flatMap((one) => (one.shape.colour ? [one.layer.name] : []));
  assert.deepEqual(inColour(conv, later), ["conv1"]);
  assert.deepEqual(inColour(pool, conv, later), ["conv1"]);
  assert.deepEqual(inColour({ ...conv, kernel_shape: [3, 1, 5, 5], input_shape: [1, 9, 9] }, later), []);
  assert.equal(kernelLayers([conv])[0].shape.colour, undefined, "unless single channels are wanted");
  assert.deepEqual(othersOf({ layer: "conv1", out: 2, in: 1 }, shape), [{ layer: "conv1", out: 2, in: 0 }, { layer: "conv1", out: 2, in: 2 }]);
  assert.deepEqual(othersOf({ layer: "conv1", out: 2, in: 1 }, { ...shape, colour: false }), []);
});
