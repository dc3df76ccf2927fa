import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { courseText, hasCourse, rateAt } from "../../static/lanes/lane-words.js";
import { optimizerText, ownTexts } from "../../static/state/description.js";

const url = new URL("../../static/locales/en.json", import.meta.url);
const translator = new Translator("en", JSON.parse(await readFile(url, "utf-8")));

/**
 * @param {Partial<import("../../static/base/types.js").LaneConfig["schedule"]>} schedule
 * @param {Partial<import("../../static/base/types.js").LaneConfig["optimizer"]>} [optimizer]
 * @returns {import("../../static/base/types.js").LaneConfig}
 */
const lane = (schedule, optimizer = {}) => ({
  id: "A",
  name: "",
  learning_rate: 0.05,
  optimizer: { type: "sgd", momentum: 0, nesterov: false, weight_decay: 0, ...optimizer },
  schedule: { type: "constant", warm_up: 0, ...schedule },
  init: null,
  activation: null,
  batch: null,
});

/**
 * @param {import("../../static/base/types.js").LaneConfig} config
 * @param {number} lastStep
 * @param {number | null} [past]
 * @param {number} [used] the rate of that step
 */
const course = (config, lastStep, past = null, used = NaN) =>
  courseText(config, /** @type {any} */ ({ lastStep, at: () => used }), 0, past, translator);

test("an optimizer is named by what sets it apart", () => {
  const said = [{}, { momentum: 0.9 }, { momentum: 0.1 + 0.2, nesterov: true }, { type: "adam" }, { type: "adamw" }].map((optimizer) =>
    optimizerText(lane({}, /** @type {any} */ (optimizer)).optimizer, translator),
  );
  assert.deepEqual(said, ["SGD", "momentum 0.9", "Nesterov 0.3", "Adam", "AdamW"]);
});

test("what a lane has of its own is said beside its optimizer", () => {
  const said = [{}, { init: { type: "he" } }, { init: { type: "gaussian", std: 0.1 + 0.2 } }, { activation: "tanh", batch: 1024 }].map((own) =>
    ownTexts(/** @type {any} */ ({ ...lane({}), ...own }), translator),
  );
  assert.deepEqual(said, [[], ["He"], ["σ 0.3"], ["tanh", "batch 1,024"]]);
});

test("a schedule's rates are the server's", () => {
  const steps = [1, 7, 50, 51, 506, 1010, 1011, 3000];
  // As kernelscope.nn.schedules computes them.
  const expected = /** @type {const} */ ([
    [{ warm_up: 50 }, [0.001, 0.007, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]],
    [{ type: "step", every: 500, factor: 0.1, warm_up: 5 }, [0.01, 0.05, 0.05, 0.05, 0.005, 0.0005, 0.0005, 5e-7]],
    [
      { type: "cosine", steps: 1000, final: 0.02, warm_up: 10 },
      [0.005, 0.035, 0.04981633699329718, 0.04980681018220471, 0.025884829274139612, 0.0010001209025544738, 0.001, 0.001],
    ],
  ]);
  for (const [schedule, rates] of expected) {
    steps.forEach((step, place) => {
      const rate = rateAt(lane(schedule), step);
      assert.ok(Math.abs(rate - rates[place]) <= 1e-12 * rates[place], `${JSON.stringify(schedule)} at ${step}: ${rate}`);
    });
  }
});

test("a head says where the rate goes, and the decay", () => {
  const cosine = lane({ type: "cosine", steps: 1000, final: 0.02, warm_up: 10 }, { weight_decay: 0.0005 });
  assert.equal(course(cosine, 0), "0.005 → 0.05 by step 10 · decay 0.0005");
  assert.equal(course(cosine, 10), "0.05 → 0.001 by step 1,010 · decay 0.0005");
  assert.equal(course(cosine, 505), "0.0259 → 0.001 by step 1,010 · decay 0.0005");
  assert.equal(course(cosine, 2000), "0.001 since step 1,010 · decay 0.0005");
  assert.equal(course(cosine, 2000, 300, 0.04), "0.04 → 0.001 by step 1,010 · decay 0.0005", "at an earlier step, what was used");
  assert.equal(course(lane({ type: "step", every: 500, factor: 0.1 }), 1500), "0.00005 now, × 0.1 every 500 steps");
  assert.equal(course(lane({}, { weight_decay: 0.1 * 3 }), 5), "decay 0.3");
  assert.equal(course(lane({}), 5), "");
  assert.deepEqual([lane({}), lane({ warm_up: 3 }), lane({}, { weight_decay: 0.1 }), cosine].map(hasCourse), [false, true, true, true]);
});
