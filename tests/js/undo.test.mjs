import assert from "node:assert/strict";
import test from "node:test";

import { undoing } from "../../static/controls/undo.js";

test("while new lanes catch up, a press takes back their change, and nothing of what was before", () => {
  const undo = /** @type {const} */ ({ of: "reset", step: 812, run: 4 });
  const kept = { of: "reset", step: 812, message: { type: "undo", run: 4 } };
  assert.deepEqual(undoing({ catching_up: null, undo }), kept);
  assert.deepEqual(undoing({ catching_up: { step: 120, target: 400 }, undo }), { of: "lanes", step: 400, message: { type: "cancel" } });
  assert.deepEqual(undoing({ catching_up: { step: 0, target: 400 }, undo: null })?.message, { type: "cancel" });
  assert.equal(undoing({ catching_up: null, undo: null }), null);
});
