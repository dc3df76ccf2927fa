import assert from "node:assert/strict";
import { test } from "node:test";

import { keyLabel, keyName, namesIn } from "../../static/guide/keys.js";

/** What a keyboard sends for a key: its layout, the key, its place, whether Shift is held; and the key's name. */
const PRESSES = [
  ["American", "s", "KeyS", false, "s"],
  ["American, Caps Lock", "S", "KeyS", false, "s"],
  ["American", "S", "KeyS", true, "Shift+s"],
  ["American", " ", "Space", false, "Space"],
  ["American", "?", "Slash", true, "?"],
  ["American", "1", "Digit1", false, "1"],
  ["American", "!", "Digit1", true, "!"],
  ["American", "1", "Numpad1", false, "1"],
  ["American, Num Lock off", "End", "Numpad1", false, "End"],
  ["American", "ArrowRight", "ArrowRight", false, "ArrowRight"],
  ["American", "Tab", "Tab", true, "Shift+Tab"],
  ["German", "z", "KeyY", false, "z"],
  ["German", "?", "Minus", true, "?"],
  ["French", "a", "KeyQ", false, "a"],
  ["French", "&", "Digit1", false, "1"],
  ["French", "1", "Digit1", true, "1"],
  ["French", "é", "Digit2", false, "2"],
  ["French", "R", "KeyR", true, "Shift+r"],
  ["French", "?", "KeyM", true, "?"],
  ["Czech", "ě", "Digit2", false, "2"],
  ["Turkish", "ı", "KeyI", false, "ı"],
  ["Dvorak", "s", "Semicolon", false, "s"],
  ["Dvorak", "o", "KeyS", false, "o"],
  ["Dvorak", "'", "KeyQ", false, "'"],
  ["Russian", "ы", "KeyS", false, "s"],
  ["Russian, Caps Lock", "Ы", "KeyS", false, "s"],
  ["Russian", "К", "KeyR", true, "Shift+r"],
  ["Russian", "?", "Digit7", true, "?"],
  ["Greek", "σ", "KeyS", false, "s"],
  ["Greek", "Ρ", "KeyR", true, "Shift+r"],
  ["Greek", ";", "KeyQ", false, ";"],
  ["Hebrew", "ד", "KeyS", false, "s"],
  ["Hebrew", "נ", "KeyB", false, "b"],
  ["Arabic", "س", "KeyS", false, "s"],
  ["Arabic", "لا", "KeyB", false, "b"],
  ["Arabic", "١", "Digit1", false, "1"],
  ["Arabic", "؟", "Slash", true, "?"],
  ["Hindi", "े", "KeyS", false, "s"],
  ["Thai", "ๅ", "Digit1", false, "1"],
  ["Japanese kana", "と", "KeyS", false, "s"],
  ["Chinese input method", "Process", "KeyA", false, "a"],
  ["Chinese input method", "Process", "KeyR", true, "Shift+r"],
  ["Chinese input method", "Process", "Slash", true, "?"],
];

test("a key is named as aria-keyshortcuts writes it, on any keyboard", () => {
  for (const [layout, key, code, shiftKey, name] of PRESSES) assert.equal(keyName({ key, code, shiftKey }), name, `${layout} ${key}`);
});

test("a control may have several keys, or none", () => {
  assert.deepEqual(namesIn("s ArrowRight"), ["s", "ArrowRight"]);
  assert.deepEqual(namesIn(null), []);
});

test("people read keys as they stand on the keyboard", () => {
  assert.deepEqual(["s", "Shift+r", "ArrowRight", "Space", "?"].map(keyLabel), ["S", "Shift+R", "→", "Space", "?"]);
});
