import assert from "node:assert/strict";
import { test } from "node:test";

import { keep, recall } from "../../static/memory.js";

/** @param {unknown} value */
function lend(value) {
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: typeof value === "function" ? /** @type {() => unknown} */ (value) : () => value });
}

test("what is kept is there again, until it is forgotten", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  lend({ getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: kept.set.bind(kept), removeItem: kept.delete.bind(kept) });
  assert.equal(recall("theme"), null);
  keep("theme", "dark");
  assert.equal(recall("theme"), "dark");
  keep("theme", null);
  assert.equal(recall("theme"), null);
});

test("a browser that keeps nothing is no error", () => {
  lend(() => {
    throw new Error("Access is denied for this document.");
  });
  keep("theme", "dark");
  keep("theme", null);
  assert.equal(recall("theme"), null);
});
