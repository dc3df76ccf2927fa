import assert from "node:assert/strict";
import { test } from "node:test";

import { placeBeside } from "../../static/base/placing.js";

const view = { clientWidth: 1000, clientHeight: 600 };
const bubble = { width: 200, height: 100 };
const at = (left, top) => ({ left, top, width: 80, height: 30 });

test("a bubble stands on the first side that has room", () => {
  assert.deepEqual(placeBeside(at(100, 100), bubble, view, ["below", "above"]), { left: 100, top: 138 });
  assert.deepEqual(placeBeside(at(100, 550), bubble, view, ["below", "above"]), { left: 100, top: 442 });
  assert.deepEqual(placeBeside(at(100, 100), bubble, view, ["right", "left"]), { left: 188, top: 100 });
  assert.deepEqual(placeBeside(at(900, 100), bubble, view, ["right", "left"]), { left: 692, top: 100 });
});

test("it never leaves the window", () => {
  assert.equal(placeBeside(at(960, 100), bubble, view, ["below"]).left, 792);
  assert.equal(placeBeside(at(-20, 100), bubble, view, ["below"]).left, 8);
  const { top } = placeBeside({ left: 0, top: 0, width: 1000, height: 600 }, bubble, view, ["below", "above", "right", "left"]);
  assert.equal(top, 492);
});
