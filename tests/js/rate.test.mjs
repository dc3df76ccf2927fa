import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRate, proposedRate, proposedSpread, rateChoices } from "../../static/lanes/rate.js";
import { spreadRates } from "../../static/state/lanes.js";

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
  assert.deepEqual(rateChoices(0.1 + 0.2).slice(6, 9), [0.1, 0.1 + 0.2, 1], "what reads as 0.3 stands in its place");
});

test("a new lane's rate is one that no lane has: in the widest gap, then beyond the others", () => {
  const rates = [0.003, 0.1, 1];
  const added = Array.from({ length: 5 }, () => {
    const rate = proposedRate(rates);
    assert.ok(!rates.includes(rate));
    rates.push(rate);
    return rate;
  });
  assert.deepEqual(added, [0.03, 0.01, 0.3, 3, 0.001]);
  assert.deepEqual([[0.1], [1], [0.001], [0.02], [0.1, 0.1]].map(proposedRate), [0.3, 0.3, 0.003, 0.03, 0.3]);
  assert.deepEqual([[0.037, 0.5], [1e-7], [5, 5.1]].map(proposedRate), [0.1, 3e-7, 3]);
  assert.equal(proposedRate([0.1 + 0.2]), 0.1, "0.3 with float64's noise is 0.3");
});

test("a spread has at least one new rate, and no two alike", () => {
  assert.deepEqual(proposedSpread([0.003, 0.1, 1], 8), { low: 0.003, high: 1, count: 3 });
  assert.deepEqual(proposedSpread([0.1], 8), { low: 0.01, high: 1, count: 3 });
  assert.deepEqual(proposedSpread([0.02, 0.03], 8), { low: 0.003, high: 0.3, count: 3 });
  assert.deepEqual(proposedSpread(spreadRates(0.001, 1, 4), 8), { low: 0.001, high: 1, count: 5 });
  assert.deepEqual(spreadRates(0.1, 0.103, 4), [0.1, 0.101, 0.102, 0.103]);
  assert.deepEqual(spreadRates(0.1, 0.1, 2), [0.1, 0.1]);
});
