import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { channelText, describe, layerName, withClassesInWords } from "../../static/state/description.js";

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
  assert.doesNotMatch(describe(experiment, english), /augmented/);
  experiment.config.augmentation = { shift: 2, flip: true, crop: 0.2 };
  assert.match(describe(experiment, english), / · augmented: shift ≤ 2 px, mirror, crop ≤ 20% · /);
  assert.match(describe(experiment, chinese), / · 数据增强：平移 ≤ 2 像素、水平翻转、裁剪 ≤ 20% · /);
});

test("classes are called what the page's language calls them, and one's own what they are", () => {
  const of = (/** @type {string[]} */ ...classes) => /** @type {any} */ ({ dataset: { classes } });
  assert.deepEqual(withClassesInWords(of("cat", "7"), { cat: "猫" }).dataset.classes, ["猫", "7"]);
  assert.deepEqual(withClassesInWords(of("cat", "constructor"), {}).dataset.classes, ["cat", "constructor"]);
});

test("a channel of a colour image has its colour's name, also where filters see it in groups", () => {
  const layer = (/** @type {string} */ name, /** @type {number[]} */ input, /** @type {number[] | null} */ kernels) =>
    /** @type {any} */ ({ name, input_shape: input, kernel_shape: kernels, parameters: kernels ? 9 : 0 });
  const second = layer("conv2", [4, 9, 9], [4, 4, 3, 3]);
  const colour = [layer("pool1", [3, 9, 9], null), layer("conv1", [3, 9, 9], [4, 3, 3, 3]), second];
  const told = (/** @type {any[]} */ layers, /** @type {string} */ name, out = 0, channel = 1, language = "en") =>
    channelText(layers, name, { out, in: channel }, words(language));
  assert.deepEqual([told(colour, "conv1"), told(colour, "conv1", 0, 2, "zh-CN"), told(colour, "conv2")], ["1 (green)", "2（蓝）", "1"]);
  assert.equal(told([layer("conv1", [3, 9, 9], [6, 1, 3, 3])], "conv1", 5, 0), "2 (blue)");
  assert.equal(told([layer("conv1", [1, 9, 9], [6, 1, 3, 3])], "conv1", 5, 0), "0");
  assert.equal(channelText(undefined, "conv1", { out: 0, in: 1 }, words("en")), "1");
});
