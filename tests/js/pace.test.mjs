import assert from "node:assert/strict";
import { test } from "node:test";

import { speedStop } from "../../static/controls/pace.js";

test("the slider runs from one step in two seconds to as fast as it goes", () => {
  assert.equal(speedStop(0.5), 0);
  assert.equal(speedStop(null), 19);
  assert.equal(speedStop(200), 18);
});

test("a speed between two places is shown at the nearer one", () => {
  assert.equal(speedStop(0.1), 0);
  assert.equal(speedStop(1.05), speedStop(1));
  assert.equal(speedStop(1000), 18);
});
