import assert from "node:assert/strict";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { firstOf, placed } from "../../static/studies/patches/reading.js";
import { refusalText } from "../../static/studies/refusal.js";

test("a patch has its own pixels and lies where the filter sees it", () => {
  const patch = (/** @type {"most" | "least"} */ end, /** @type {number} */ row, /** @type {number} */ col) => ({ end, value: 1, image: 7, row, col, label: 2 });
  const pixels = { shape: [3, 1, 2, 1], data: Buffer.from([0, 255, 51, 102, 153, 204]).toString("base64") };
  const found = /** @type {any} */ ({
    field: { size: [2, 1], step: [2, 4], start: [-3, -1] },
    filters: [[patch("most", 0, 0), patch("least", 1, 2)], [], [patch("most", 5, 1)]],
    pixels,
  });
  const [first, none, last] = placed(found);
  assert.deepEqual(none, []);
  assert.deepEqual([...first, ...last].map(({ top, left }) => [top, left]), [[-3, -1], [-1, 7], [7, 3]]);
  assert.deepEqual([...first, ...last].map((one) => [...one.pixels].map((value) => Math.round(255 * value))), [[0, 255], [51, 102], [153, 204]]);
  assert.deepEqual(first[0].shape, [1, 2, 1]);
  assert.deepEqual([0, 15, 16, 40].map(firstOf), [0, 0, 16, 32]);
});

test("a refusal names the field and the limit", () => {
  const words = { "study.too_large": "{layer}: {rows}×{cols} of {most}" };
  assert.equal(refusalText(new Translator("en", words), { layer: "conv7", too_large: [1300, 300], most: 65536 }), "conv7: 1,300×300 of 65,536");
});
