import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";

const read = (code) => JSON.parse(readFileSync(new URL(`../../static/locales/${code}.json`, import.meta.url)));
const [english, chinese] = ["en", "zh-CN"].map((code) => new Translator(code, read(code)));

test("lists and sentences are joined as their language does it", () => {
  assert.equal(english.join("list", [0, 3, "b"]), "0, 3, b");
  assert.equal(chinese.join("list", [0, 3, "b"]), "0、3、b");
  assert.equal(english.join("sentences", ["One.", "Two."]), "One. Two.");
  assert.equal(chinese.join("sentences", ["一。", "二。"]), "一。二。");
  assert.equal(english.join("remarks", ["One", "two"]), "One. two");
  assert.equal(english.join("list", ["{next}", "{said}"]), "{next}, {said}", "what is joined is no pattern");
  assert.equal(english.join("list", ["only"]), "only");
  assert.equal(english.join("list", []), "");
});

test("a missing key shows itself, and so does a missing value", () => {
  assert.equal(english.text("no.such.key"), "no.such.key");
  assert.equal(new Translator("en", { a: "{one} and {two}" }).text("a", { one: 1 }), "1 and {two}");
});
