import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { describe, layerName } from "../../static/state/description.js";

const words = (/** @type {string} */ language) =>
  new Translator(language, JSON.parse(readFileSync(new URL(`../../static/locales/${language}.json`, import.meta.url), "utf8")));

test("layers are named in the page's language where their kind is read, and by their own names elsewhere", () => {
  const [english, chinese] = [words("en"), words("zh-CN")];
  assert.deepEqual(["dense", "dense2", "conv1", "edges", "condense"].map((name) => layerName(name, chinese)), ["全连接", "全连接2", "conv1", "edges", "condense"]);
  assert.equal(layerName("dense2", english), "dense2");
  /** @type {any} */
  const experiment = {
    config: { batch_size: 64, seed: 3 },
    dataset: { name: "digits", title: "MNIST", train_size: 10000 },
    layers: [{ summary: "conv 7×7 ×8" }, { summary: "" }, { summary: "dense 10" }, { summary: "norm 4" }],
  };
  assert.match(describe(experiment, chinese), /卷积\u00a07×7\u00a0×8 → 全连接\u00a010 → norm\u00a04/);
  assert.match(describe(experiment, english), /conv\u00a07×7\u00a0×8 → dense\u00a010 → norm\u00a04/);
});
