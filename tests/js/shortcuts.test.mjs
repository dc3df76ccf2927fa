import assert from "node:assert/strict";
import { test } from "node:test";

import { keyLabel, keyName, namesIn } from "../../static/guide/keys.js";

test("a key is named as aria-keyshortcuts writes it", () => {
  const name = (key, code, shiftKey = false) => keyName({ key, code, shiftKey });
  assert.equal(name("s", "KeyS"), "s");
  assert.equal(name("S", "KeyS"), "s", "Caps Lock");
  assert.equal(name("S", "KeyS", true), "Shift+s");
  assert.equal(name(" ", "Space"), "Space");
  assert.equal(name("?", "Slash", true), "?");
  assert.equal(name("?", "Minus", true), "?", "a German keyboard");
  assert.equal(name("!", "Digit1", true), "Shift+1");
  assert.equal(name("&", "Digit1"), "1", "a French keyboard");
  assert.equal(name("Process", "KeyA"), "a", "while a Chinese input method is on");
  assert.equal(name("ArrowRight", "ArrowRight"), "ArrowRight");
});

test("a control may have several keys, or none", () => {
  assert.deepEqual(namesIn("s ArrowRight"), ["s", "ArrowRight"]);
  assert.deepEqual(namesIn(null), []);
});

test("people read keys as they stand on the keyboard", () => {
  assert.deepEqual(["s", "Shift+r", "ArrowRight", "Space", "?"].map(keyLabel), ["S", "Shift+R", "→", "Space", "?"]);
});
