import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { errorText, problemText, reasonText } from "../../static/base/problems.js";

const words = (lang) => new Translator(lang, JSON.parse(readFileSync(new URL(`../../static/locales/problems/${lang}.json`, import.meta.url))));
const problem = (code, values, message = "in English") => ({ field: "", value: null, message, code, values });

test("a reason is said in the page's language, with its field and layer", () => {
  const wrong = problem("at_least", { layer: "conv1", field: "kernel", least: 1, got: "0×0" });
  assert.equal(problemText(wrong, words("en")), "conv1: Kernel: must be at least 1, not 0×0");
  assert.equal(problemText(wrong, words("zh-CN"), false), "卷积核大小：至少为 1，不能是 0×0");
});

test("large numbers are parted as people write them", () => {
  assert.match(reasonText(problem("too_large", { most: 5000000, got: 9000000 }), words("en")), /5,000,000 .* 9,000,000/);
});

test("what has no words is said as the server says it", () => {
  assert.equal(problemText(problem("brand_new", { field: "beat" }), words("zh-CN")), "beat：in English");
  assert.equal(errorText({ type: "error", about: null, message: "all in English", problems: [] }, words("zh-CN")), "all in English");
});

test("the same is not said twice", () => {
  const one = problem("missing", { field: "seed" });
  assert.equal(errorText({ type: "error", about: null, message: "", problems: [one, one] }, words("en")), "Seed: is missing");
});
