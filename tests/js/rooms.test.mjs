import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const STATIC = fileURLToPath(new URL("../../static", import.meta.url));

// From left to right. A module imports from rooms to the left of its own, and from its own; so do its types.
const ROOMS = ["base", "stream", "state", "draw", "page", "lanes", "charts", "board", "studies", "timeline", "sees", "pad", "own-data", "network", "experiments", "controls", "guide", "reading", "classroom"];
/** What is no room of the page's modules: what others have made, what is made of ours, words, styles and pictures. */
const APART = ["built", "vendor", "styles", "locales", "gallery"];

/** By a program, from the server's types. */
const WRITTEN = "base/types.js";

const isModule = (/** @type {string} */ name) => name.endsWith(".js") && !APART.includes(name.split("/")[0]);
const MODULES = readdirSync(STATIC, { recursive: true })
  .map(String)
  .filter(isModule)
  .sort();

/** The room of a module; what lies in none, as main.js, is to the right of all. @param {string} name */
const roomOf = (name) => (name.includes("/") ? name.split("/")[0] : "");
const placeOf = (/** @type {string} */ room) => (room === "" ? ROOMS.length : ROOMS.indexOf(room));

/**
 * Modules of ours that this one imports: at its top, when it is wanted, or only their types.
 * @param {string} name
 */
function imports(name) {
  const source = readFileSync(join(STATIC, name), "utf8");
  const found = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g)];
  return found.map(([, path]) => normalize(join(dirname(name), path))).filter((path) => path.split("/")[0] !== "vendor");
}

const GRAPH = new Map(MODULES.map((name) => [name, imports(name)]));

test("each room that is named is there, and each that is there is named", () => {
  const folders = readdirSync(STATIC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const rooms = folders.map(({ name }) => name).filter((name) => !APART.includes(name));
  assert.deepEqual(rooms.sort(), [...ROOMS].sort());
});

test("imports are of modules that exist, and point left", () => {
  for (const [name, others] of GRAPH) {
    for (const other of others) {
      assert.ok(existsSync(join(STATIC, other)), `${name} imports ${other}, which isn't there`);
      assert.ok(placeOf(roomOf(other)) <= placeOf(roomOf(name)), `${name} imports ${other}, to its right`);
    }
  }
});

test("modules of one room don't import each other in a circle, types included", () => {
  /** @type {Map<string, "under way" | "done">} */
  const met = new Map();
  /** @param {string} name @param {string[]} way */
  const follow = (name, way) => {
    assert.notEqual(met.get(name), "under way", `a circle: ${[...way.slice(way.indexOf(name)), name].join(" → ")}`);
    if (met.has(name)) return;
    met.set(name, "under way");
    for (const other of GRAPH.get(name) ?? []) follow(other, [...way, name]);
    met.set(name, "done");
  };
  for (const name of MODULES) follow(name, []);
});

test("a module has at most 300 lines, but for what a program writes", () => {
  const sources = MODULES.filter((name) => name !== WRITTEN).map((name) => ({ name, source: readFileSync(join(STATIC, name), "utf8") }));
  const long = sources.filter(({ source }) => source.trimEnd().split("\n").length > 300);
  assert.deepEqual(long.map(({ name }) => name), []);
  const main = sources.find(({ name }) => name === "main.js");
  assert.ok(main && main.source.split("\n").length < 150, "main.js is a list of features");
});
