import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cellText, listOf, readCell, readView, USUAL, writeQuery } from "../../static/state/address.js";

test("what is usual is left out, and what is written is read again", () => {
  const view = { ...USUAL, view: "lane", against: "B", dense: "dense1,dense2", cell: "conv 1:a&b.A.0.1.2.3", smooth: "20", hide: "reset,seed" };
  const query = writeQuery("seed=3&net=conv8x7,dense10", view);
  assert.equal(query, "?seed=3&net=conv8x7,dense10&view=lane&dense=dense1,dense2&against=B&cell=conv%201:a%26b.A.0.1.2.3&smooth=20&hide=reset,seed");
  assert.deepEqual({ ...USUAL, ...readView(query) }, view);
});

test("where there is nothing to say there is no query", () => {
  assert.equal(writeQuery("", USUAL), "");
  assert.equal(writeQuery("", { ...USUAL, view: "start" }), "?view=start");
});

test("what is no setting of the view is not read, and flags may come in parts", () => {
  assert.deepEqual(readView("?seed=3&nonsense=1&view=start&hide=a&hide=b,c"), { view: "start", hide: "a,b,c" });
});

test("a weight has a name by its place", () => {
  const cell = { out: 1, in: 2, row: 3, col: 4 };
  assert.equal(cellText("conv1", "B", cell), "conv1.B.1.2.3.4");
  assert.deepEqual(readCell("conv1.B.1.2.3.4"), { layer: "conv1", lane: "B", cell });
  for (const text of ["", "conv1", "conv1.B.1.2.3", "conv1.B.1.2.3.x", "conv1.B.1.2.3.4.5", "conv1.B.-1.2.3.4"]) {
    assert.equal(readCell(text), null, text);
  }
});

test("a list has no empty entries", () => {
  assert.deepEqual(listOf(""), []);
  assert.deepEqual(listOf("A,,B,"), ["A", "B"]);
});

test("every setting of the view is known to the server, and explained", () => {
  const read = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const names = Object.keys(USUAL).sort();
  const [, known = ""] = /^VIEW = \(([^)]+)\)/m.exec(read("server/kernelscope/api/pages/links.py")) ?? [];
  assert.deepEqual([...known.matchAll(/"(\w+)"/g)].map(([, name]) => name).sort(), names);
  const [, table = ""] = /^\| of the view [^\n]*\n([^]+?)\n\n/m.exec(read("docs/addresses.md")) ?? [];
  const explained = table.split("\n").flatMap((row) => [...row.split("|")[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
  // The language is the server's own.
  assert.deepEqual(explained.filter((name) => name !== "lang").sort(), names);
});
