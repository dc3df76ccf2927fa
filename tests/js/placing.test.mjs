import assert from "node:assert/strict";
import { test } from "node:test";

import { fittingPlace, placeBeside, placeClear } from "../../static/base/placing.js";

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

test("a bubble that must not cover its element has no place where there is no room", () => {
  assert.equal(fittingPlace({ left: 0, top: 0, width: 1000, height: 600 }, bubble, view, ["below", "above", "right", "left"]), null);
  assert.deepEqual(fittingPlace(at(100, 550), bubble, view, ["below", "above"]), { left: 100, top: 442 });
});

test("a readout covers nothing that must stay in sight, stays near and in the window", () => {
  const stretches = [{ top: 100, bottom: 200 }, { top: 210, bottom: 300 }];
  // Below the kernels, above them where that is nearer, never between two that are too close.
  assert.deepEqual(placeClear({ at: { x: 300, y: 260 }, stretches }, bubble, view), { left: 300, top: 308 });
  assert.deepEqual(placeClear({ at: { x: 980, y: 190 }, stretches: [{ top: 150, bottom: 400 }] }, bubble, view), { left: 792, top: 42 });
  assert.deepEqual(placeClear({ at: { x: 0, y: 110 }, stretches: [{ top: 20, bottom: 480 }] }, bubble, view), { left: 8, top: 488 });
  // Where nothing is free, it covers as little as it can.
  assert.equal(placeClear({ at: { x: 0, y: 110 }, stretches: [{ top: 20, bottom: 590 }] }, bubble, view).top, 492 - 484);
});
