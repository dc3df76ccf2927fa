import assert from "node:assert/strict";
import { test } from "node:test";

import { beginning, stateOf } from "../../static/network/download.js";

const STANDING = { size: 1000, came: 0, here: false, under_way: false, found: "", problem: null, source: "", licence: "" };

test("what is to be done, and how far it is", () => {
  for (const [given, button, state] of [
    [{}, "begin", ""],
    [{ came: 10 }, "continue", "network.download.came"],
    [{ came: 10, under_way: true }, "continue", "network.download.progress"],
    [{ came: 1000, under_way: true }, "continue", "network.download.unpacking"],
    [{ found: "~/.keras/datasets" }, "take", "network.download.found"],
  ]) {
    const standing = { ...STANDING, ...given };
    assert.deepEqual([beginning(standing), stateOf(standing)], [`network.download.${button}`, state]);
  }
});
