import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { cornerOf, nextPlace, planSheet, placeAt } from "../../static/sees/sheet.js";
import { responsesText, strongest } from "../../static/state/responses.js";

const spaces = [{ width: 376, height: 216 }, { width: 1280, height: 300 }, { width: 296, height: 216 }, { width: 100, height: 50 }];

test("maps are as large as fits, in whole device pixels, and each place is found where it is drawn", () => {
  for (const [count, rows, cols] of [[8, 28, 28], [16, 14, 14], [1, 28, 20], [64, 7, 9]]) {
    for (const space of spaces) {
      for (const dpr of [1, 1.5, 3]) {
        const plan = planSheet(count, { rows, cols }, space, dpr);
        const { across, cell, gap } = plan;
        const down = Math.ceil(count / across);
        assert.ok(Number.isInteger(cell) && cell >= 1);
        assert.ok(across * (cols * cell + gap) - gap <= space.width * dpr || across === 1);
        assert.ok(cell === 1 || down * (rows * cell + gap) - gap <= space.height * dpr);
        for (const out of [0, count - 1]) {
          const [x, y] = [(out % across) * (cols * cell + gap), Math.floor(out / across) * (rows * cell + gap)];
          assert.deepEqual(placeAt(plan, x, y), { out, row: 0, col: 0 });
          assert.deepEqual(placeAt(plan, x + cols * cell - 0.01, y + rows * cell - 0.01), { out, row: rows - 1, col: cols - 1 });
          assert.equal(placeAt(plan, x + cols * cell + 0.5, y), null);
        }
        assert.equal(placeAt(plan, -1, 0), null);
      }
    }
  }
  // Eight digits beside two other lanes, and alone.
  assert.deepEqual(spaces.slice(0, 2).map((space) => planSheet(8, { rows: 28, cols: 28 }, space, 1)).map(({ across, cell }) => [across, cell]), [[4, 3], [8, 5]]);
});

test("the keys go to the neighbouring place, and over a border into the neighbouring map", () => {
  // Three maps of 2 × 3, two in the first line.
  const plan = { first: 0, count: 3, rows: 2, cols: 3, across: 2, cell: 10, gap: 4 };
  const go = (/** @type {number[]} */ [out, row, col], /** @type {number} */ dx, /** @type {number} */ dy) => Object.values(nextPlace(plan, { out, row, col }, dx, dy));
  assert.deepEqual(go([0, 0, 0], 1, 0), [0, 0, 1]);
  assert.deepEqual(go([0, 1, 2], 1, 0), [1, 1, 0]);
  assert.deepEqual(go([1, 1, 2], 1, 0), [1, 1, 2]);
  assert.deepEqual(go([1, 0, 0], -1, 0), [0, 0, 2]);
  assert.deepEqual(go([0, 1, 1], 0, 1), [2, 0, 1]);
  assert.deepEqual(go([1, 1, 1], 0, 1), [1, 1, 1]);
  assert.deepEqual(go([2, 0, 1], 0, -1), [0, 1, 1]);
  assert.deepEqual(cornerOf(plan, { out: 2, row: 1, col: 2 }), { x: 20, y: 34 });
  // On a later page the same, of its filters.
  const later = { ...plan, first: 64 };
  assert.deepEqual(nextPlace(later, { out: 64, row: 1, col: 2 }, 1, 0), { out: 65, row: 1, col: 0 });
  assert.deepEqual(nextPlace(later, { out: 64, row: 0, col: 0 }, -1, 0), { out: 64, row: 0, col: 0 });
  assert.deepEqual(nextPlace(later, { out: 66, row: 1, col: 1 }, 0, 1), { out: 66, row: 1, col: 1 });
  assert.deepEqual(cornerOf(later, { out: 66, row: 1, col: 2 }), { x: 20, y: 34 });
  assert.deepEqual(placeAt(later, 20, 34), { out: 66, row: 1, col: 2 });
});

test("the strongest answer of a filter is a number at rest, and of levels no more than they tell", () => {
  assert.deepEqual(strongest(Float32Array.of(0, 0.5, 0, 0, -3, 1), 3, 9), [0.5, 0, 3]);
  assert.deepEqual(strongest(Int8Array.of(0, 63, 0, 0, 127, 1), 3, 2), [1, 0, Infinity]);
});

test("what is only small on a scale is not called zero", async () => {
  const words = JSON.parse(await readFile(new URL("../../static/locales/en.json", import.meta.url), "utf-8"));
  const of = (/** @type {Int8Array | Float32Array} */ values, limit = 2) => responsesText("sensitivity", values, 2, limit, "conv1", new Translator("en", words));
  assert.match(of(Float32Array.of(0, 0, -0.5, 1)), /largest magnitude 1, in filter 1; 1 of 2 filters have 0 everywhere/);
  assert.match(of(Int8Array.of(0, 0, -63, 1)), /largest magnitude 1, in filter 1; 1 of 2 filters stay below 0\.4% of the scale’s end/);
  assert.match(of(Float32Array.of(0, 0, 0, 0)), /0 everywhere/);
  assert.match(of(Int8Array.of(0, 0, 0, 0)), /everywhere below 0\.4%/);
  assert.match(of(Int8Array.of(0, 0, 0, 0), 0), /0 everywhere/, "a scale without an end has seen nothing else");
});
