import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/i18n.js";
import { Series } from "../../static/series.js";
import { factAbout } from "../../static/views/lane-head.js";
import { rateChoices } from "../../static/views/rate-control.js";

const url = new URL("../../static/locales/en.json", import.meta.url);
const translator = new Translator("en", JSON.parse(await readFile(url, "utf-8")));

/**
 * @param {Partial<import("../../static/types.js").Lane>} changes
 * @param {number[]} losses
 */
function fact(changes, losses) {
  const series = new Series(1);
  series.append({
    kind: "scalars",
    run: 1,
    firstStep: 1,
    lastStep: losses.length,
    stretch: 1,
    lanes: 1,
    step: Int32Array.from(losses, (_, index) => index + 1),
    loss: Float32Array.from(losses),
    accuracy: new Float32Array(losses.length),
    learningRate: new Float64Array(losses.length),
    testStep: new Int32Array(0),
    testLoss: new Float32Array(0),
    testAccuracy: new Float32Array(0),
  });
  const lane = { id: "A", learning_rate: 1, status: /** @type {const} */ ("training"), step: null, cause: null, reason: null };
  return factAbout({ ...lane, ...changes }, 0, series, translator);
}

test("the sentence about a lane says what was measured", () => {
  assert.equal(fact({}, []), "Random initial weights, no update yet");
  assert.equal(fact({}, [2.3026]), "Batch loss 2.303 at step 1");
  assert.equal(fact({}, [2.3026, 1, 0.1333]), "Batch loss 2.303 → 0.133 since step 1");
});

test("a lane that has diverged or collapsed says when and why", () => {
  assert.match(fact({ status: "diverged", step: 12, cause: "weight" }, [2]), /^Diverged at step 12: a weight/);
  assert.match(fact({ status: "collapsed", step: 6, cause: "conv2" }, [2]), /since step 6 no filter of conv2/);
});

test("a cause that the page doesn't know comes in the server's words", () => {
  assert.equal(fact({ status: "diverged", step: 1, cause: "mood", reason: "Lost heart." }, [2]), "Lost heart.");
});

test("the menu holds the lane's own rate in its place among the decades", () => {
  assert.deepEqual(rateChoices(0.1), rateChoices(3));
  assert.deepEqual(rateChoices(0.2).slice(6, 9), [0.1, 0.2, 0.3]);
});
