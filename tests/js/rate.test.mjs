import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRate, rateChoices } from "../../static/lanes/rate.js";

test("a rate may be typed with a point, a comma or full-width digits", () => {
  assert.equal(parseRate(" 0.03 "), 0.03);
  assert.equal(parseRate("0,03"), 0.03);
  assert.equal(parseRate("0,003"), 0.003);
  assert.equal(parseRate("1e-3"), 0.001);
  assert.equal(parseRate("０．３"), 0.3);
});

test("what could mean two things means none", () => {
  assert.ok(Number.isNaN(parseRate("1,000")));
  assert.ok(Number.isNaN(parseRate("")));
  assert.ok(Number.isNaN(parseRate("fast")));
});

test("the current rate stands among the decades", () => {
  assert.deepEqual(rateChoices(0.037).slice(5, 8), [0.03, 0.037, 0.1]);
});
