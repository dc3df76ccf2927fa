import assert from "node:assert/strict";
import { test } from "node:test";

import { remember, remembered } from "../../static/base/storage.js";

/** @param {unknown} value */
function lend(value) {
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: typeof value === "function" ? /** @type {() => unknown} */ (value) : () => value });
}

test("what is kept is there again, until it is forgotten", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  lend({ getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: kept.set.bind(kept), removeItem: kept.delete.bind(kept) });
  assert.equal(remembered("theme"), null);
  remember("theme", "dark");
  assert.equal(remembered("theme"), "dark");
  remember("theme", null);
  assert.equal(remembered("theme"), null);
});

test("a browser that keeps nothing is no error", () => {
  lend(() => {
    throw new Error("Access is denied for this document.");
  });
  remember("theme", "dark");
  remember("theme", null);
  assert.equal(remembered("theme"), null);
});
