import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { planPicture } from "../../static/draw/atlas.js";
import { factBoxes } from "../../static/draw/facts.js";
import { drawMark, markPlaces } from "../../static/draw/marks.js";
import { isMeasured, orientationsOf, orientationText, polarMark } from "../../static/state/orientation.js";
import { laneValues } from "../../static/state/tensors.js";
import { decodeMessage } from "../../static/stream/protocol.js";

test("a polar mark lies as the edge does, counter-clockwise, and is as long as that is strong", () => {
  const near = (/** @type {number} */ strength, /** @type {number} */ angle) => {
    const end = polarMark({ strength, angle });
    return end && [end.x, end.y].map((place) => Math.round(1e4 * place) / 1e4 + 0);
  };
  assert.deepEqual([near(1, 0), near(0.5, 90), near(1, 30)], [[1, 0], [0, -0.5], [0.866, -0.5]]);
  assert.deepEqual([near(NaN, 0), near(0.2, NaN)], [null, null]);
});

test("along the mark of a planted filter its weights don't change, and across it they do", () => {
  // What the server measured of kernels with edges at 0°, 90°, 45° and 135°, of a checkerboard, and of no weights.
  const bytes = readFileSync(new URL("../golden/oriented.bin", import.meta.url));
  const { snapshot } = decodeMessage(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  assert.ok(snapshot);
  const weights = laneValues(snapshot, "conv1", "weight", 0) ?? [];
  const found = orientationsOf(snapshot, "conv1", 0);
  assert.deepEqual(found.map(({ angle }) => angle), [0, 90, 45, 135, NaN, NaN]);
  for (const [out, orientation] of found.slice(0, 4).entries()) {
    const end = polarMark(orientation);
    assert.ok(end && orientation.strength > 0.2, `filter ${out}: ${orientation.strength}`);
    const [dx, dy] = [end.x, end.y].map((place) => Math.round(place / orientation.strength));
    const at = (/** @type {number} */ row, /** @type {number} */ col) => weights[(out * 5 + row) * 5 + col];
    assert.equal(at(2 + dy, 2 + dx), at(2, 2), `filter ${out}, along ${dx}, ${dy}`);
    assert.notEqual(at(2 - dx, 2 + dy), at(2, 2), `filter ${out}, across`);
  }
  assert.deepEqual(found.slice(4).map(polarMark), [null, null]);
  assert.equal(orientationText(found[4]), "0");
  assert.equal(orientationText(found[5]), "–");
  assert.match(orientationText(found[2]), /^0\.\d+ · 45°$/);
  assert.equal(orientationText({ strength: 0.5, angle: 179.7 }), "0.5 · 0°");
  assert.deepEqual(orientationsOf(snapshot, "conv2", 0), []);
});

test("marks stand in room of their own, and where there is none there are none", () => {
  for (const shape of [{ out: 8, in: 1, rows: 5, cols: 5 }, { out: 6, in: 3, rows: 3, cols: 3 }, { out: 16, in: 8, rows: 5, cols: 5 }]) {
    for (const [bands, map] of /** @type {const} */ ([[2, null], [3, null], [1, { rows: 12, cols: 12 }]])) {
      const plan = planPicture(shape, 330, 2, bands, { map, marks: true });
      const places = markPlaces(plan, 1);
      assert.equal(places.length, shape.out);
      const facts = factBoxes(plan, 1);
      const lowest = map ? plan.mapY + (plan.mapLines - 1) * plan.mapPitch + plan.mapHeight : (bands - 1) * plan.bandY + plan.bandHeight;
      places.forEach(({ x, y, radius }, out) => {
        const top = facts[out].y - plan.factsY;
        assert.ok(y - radius >= top + lowest && y + radius <= facts[out].y, `filter ${out} of ${shape.in} channels`);
        assert.ok(x - radius >= facts[out].x && x + radius <= facts[out].x + facts[out].width, `filter ${out}`);
      });
      const without = planPicture(shape, 330, 2, bands, { map });
      assert.deepEqual(markPlaces(without, 1), []);
      assert.ok(without.height < plan.height);
    }
  }
  assert.deepEqual(markPlaces(planPicture({ out: 64, in: 8, rows: 3, cols: 3 }, 260, 1, 2, { marks: true }), 1), [], "columns of a few pixels");
});

test("kernels too small to tell, and too wide, aren't measured", () => {
  const sizes = [[1, 1], [2, 2], [2, 7], [3, 3], [7, 5], [16, 16], [17, 17]];
  assert.deepEqual(sizes.map(([rows, cols]) => isMeasured({ rows, cols })), [false, false, false, true, true, true, false]);
});

test("a mark is drawn through the middle of its circle, and nothing where there is no orientation", () => {
  /** @type {string[]} */
  const drawn = [];
  const context = /** @type {any} */ (
    new Proxy({}, { get: (_, name) => (/** @type {number[]} */ ...of) => drawn.push(`${String(name)} ${of.map(Math.round)}`), set: () => true })
  );
  drawMark(context, { x: 20, y: 30, radius: 10 }, { strength: NaN, angle: NaN }, { circle: "", line: "" });
  assert.deepEqual(drawn, []);
  drawMark(context, { x: 20, y: 30, radius: 10 }, { strength: 0.5, angle: 90 }, { circle: "", line: "" });
  assert.deepEqual(drawn.filter((call) => /To/.test(call)), ["moveTo 20,35", "lineTo 20,25"]);
});
