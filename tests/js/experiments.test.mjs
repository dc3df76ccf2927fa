import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { ago, isNamed, searched, settingsText, standingText } from "../../static/experiments/facts.js";
import { nameIn, nameOf } from "../../static/state/description.js";

/** @param {string} language @param {string} [folder] */
const translatorOf = (language, folder = "") =>
  new Translator(language, JSON.parse(readFileSync(new URL(`../../static/locales/${folder}${language}.json`, import.meta.url), "utf8")));
const [english, chinese] = ["en", "zh-CN"].map((language) => translatorOf(language));
const [words, chineseWords] = ["en", "zh-CN"].map((language) => translatorOf(language, "experiments/"));

const SGD = { type: "sgd", momentum: 0, weight_decay: 0, nesterov: false };
/** @param {number[]} rates @param {object} [members] @param {object} [optimizer] @returns {any} */
const listed = (rates, members = {}, optimizer = SGD) => ({
  name: "",
  created: "2026-11-29T12:00:00Z",
  status: "asleep",
  kept: "yes",
  kept_at: "2026-11-30T09:00:00Z",
  step: 1812,
  dataset: { name: "digits", title: "MNIST digits" },
  config: { lanes: rates.map((rate) => ({ learning_rate: rate, optimizer })) },
  ...members,
});
const NOW = Date.parse("2026-11-30T12:00:00Z");

test("an experiment without a name is called by what it compares, in the page's language", () => {
  assert.equal(nameOf(listed([0.003, 0.1, 1]), english), "3 rates on MNIST digits");
  assert.equal(nameOf(listed([0.1]), english), "Rate 0.1 on MNIST digits");
  assert.equal(nameOf(listed([0.1, 0.1]), english), "2 lanes on MNIST digits");
  const compared = [{ activation: "relu" }, { activation: "tanh" }].map((own) => ({ learning_rate: 0.1, optimizer: SGD, ...own }));
  assert.equal(nameOf(listed([], { config: { lanes: compared } }), english), "ReLU, tanh on MNIST digits");
  assert.equal(nameOf(listed([0.003, 0.1, 1]), chinese), "MNIST 手写数字：3 种学习率");
  assert.equal(nameOf(listed([0.1], { name: "First try" }), chinese), "First try");
});

test("a layer that is another in a lane is named as what it is there", () => {
  const layers = ["conv", "relu", "tanh", "dense"].map((type, place) => ({ name: place === 2 ? "edges" : `${type}1`, type }));
  const own = layers.map((layer) => (layer.type === "relu" || layer.type === "tanh" ? { ...layer, type: "gelu" } : layer));
  const experiment = /** @type {any} */ ({ layers, lanes: [{ id: "A", layers: null }, { id: "B", layers: own }] });
  const names = (/** @type {string} */ lane) => layers.map(({ name }) => nameIn(experiment, lane, name, english));
  assert.deepEqual(names("A"), ["conv1", "relu1", "edges", "dense1"]);
  assert.deepEqual(names("B"), ["conv1", "gelu1", "edges", "dense1"]);
});

test("time is told in the largest unit that has passed", () => {
  const cases = { "2026-11-30T12:00:05Z": "now", "2026-11-30T11:59:01Z": "now", "2026-11-30T11:59:00Z": "1 minute ago" };
  const later = { "2026-11-30T09:00:00Z": "3 hours ago", "2026-11-29T11:00:00Z": "yesterday", "2024-11-01T00:00:00Z": "2 years ago" };
  for (const [date, text] of Object.entries({ ...cases, ...later })) assert.equal(ago("en", date, NOW), text);
});

test("a row says what it is and where it stands", () => {
  assert.equal(settingsText(listed([0.003, 0.1]), english, words), "MNIST digits · learning rates 0.003, 0.1");
  const adam = { type: "adam", weight_decay: 0 };
  assert.equal(settingsText(listed([0.001], {}, adam), english, words), "MNIST digits · learning rate 0.001 Adam");
  assert.equal(standingText(listed([0.1]), words, NOW), "step 1,812 · asleep · kept 3 hours ago");
  const untouched = { status: "paused", kept: "untouched", kept_at: null, step: 0 };
  assert.equal(standingText(listed([0.1], untouched), words, NOW), "step 0 · paused · opened yesterday · kept once something is done in it");
  assert.equal(standingText(listed([0.1]), chineseWords, NOW), "第 1,812 步 · 休眠中 · 保存：3小时前");
});

test("a search finds what the page calls an experiment, which the server does not know", () => {
  assert.deepEqual(searched(" Slow 0.1 ", english), { sent: "slow 0.1", shown: [] });
  assert.deepEqual(searched("3 rates on photographs", english), { sent: "3 photos", shown: ["rates", "on"] });
  assert.deepEqual(searched("mnist", english), { sent: "mnist", shown: [] }, "of two data sets");
  assert.deepEqual(searched("手写 学习率", chinese), { sent: "digits", shown: ["学习率"] });
  assert.ok(isNamed(listed([0.1, 1]), ["rates", "on"], english));
  assert.ok(!isNamed(listed([0.1, 1], { name: "Batch 16" }), ["rates"], english));
});
