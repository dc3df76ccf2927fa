import assert from "node:assert/strict";
import { test } from "node:test";

import { Regularisers } from "../../static/state/regularisers.js";
import { firstOf, placed } from "../../static/studies/patches/reading.js";

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

test("what makes a picture readable is in the address, and so is that nothing does", () => {
  const regularisers = new Regularisers();
  let told = 0;
  regularisers.listeners.add(() => (told += 1));
  assert.equal(regularisers.text, "jitter,blur,norm");
  assert.equal(regularisers.apply("norm,jitter"), true);
  assert.deepEqual([regularisers.text, regularisers.members, told], ["jitter,norm", { jitter: true, blur: false, norm: true }, 1]);
  for (const wrong of ["", "norm,noise", "plain,norm", "jitter,"]) assert.equal(regularisers.apply(wrong), false, wrong);
  assert.equal(told, 1);
  regularisers.set([]);
  assert.equal(regularisers.text, "plain");
  assert.equal(regularisers.apply(regularisers.text), true);
  assert.deepEqual(regularisers.members, { jitter: false, blur: false, norm: false });
});
