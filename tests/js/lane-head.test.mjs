import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/i18n.js";
import { decodeMessage } from "../../static/protocol.js";
import { Series } from "../../static/series.js";
import { factAbout, figuresAt, statusAt } from "../../static/views/lane-head.js";
import { rateChoices } from "../../static/views/rate-control.js";
import { scalarsFrame } from "./frames.mjs";

const url = new URL("../../static/locales/en.json", import.meta.url);
const translator = new Translator("en", JSON.parse(await readFile(url, "utf-8")));

const MEASURING = { kind: /** @type {const} */ ("measuring"), numbers: { measured: 1, enough: 5 } };

/**
 * @param {Partial<import("../../static/types.js").Lane>} changes
 * @param {number[]} losses
 */
function fact(changes, losses, past = /** @type {number | null} */ (null)) {
  const series = new Series(1);
  const frame = scalarsFrame({ first: 1, last: losses.length, lanes: 1 });
  const [decoded] = decodeMessage(frame).scalars;
  series.append({ ...decoded, loss: Float32Array.from(losses) });
  const lane = { id: "A", learning_rate: 1, status: /** @type {const} */ ("training"), step: null, cause: null, reason: null, verdict: MEASURING };
  return factAbout({ ...lane, ...changes }, 0, series, translator, past);
}

test("the sentence about a lane says what was measured", () => {
  assert.equal(fact({}, []), "Random initial weights, no update yet");
  assert.equal(fact({}, [2.3026]), "Batch loss 2.303 at step 1");
  assert.equal(fact({}, [2.3026, 1, 0.1333]), "Batch loss 2.303 → 0.133 since step 1");
});

test("a lane that has diverged or collapsed says when and why", () => {
  assert.match(fact({ status: "diverged", step: 12, cause: "weight" }, [2]), /^Diverged at step 12: a weight/);
  assert.match(fact({ status: "collapsed", step: 6, cause: "conv2" }, [2]), /since step 6 no filter of conv2/);
});

/**
 * @param {import("../../static/types.js").VerdictKind} kind
 * @param {Record<string, number | boolean | null>} numbers
 */
const verdict = (kind, numbers) => fact({ verdict: { kind, numbers } }, [2.3, 2.2]);

test("a lane says what its rate is doing to it as soon as enough has been measured", () => {
  assert.equal(verdict("measuring", { measured: 4, enough: 5 }), "Batch loss 2.300 → 2.200 since step 1");
  assert.match(verdict("slow", { times: 428.4, at_least: false }), /^Slow: .* a step 428 times as long$/);
  assert.match(verdict("slow", { times: 65536, at_least: true }), /more than 65,536 times/);
  assert.match(verdict("healthy", { ratio: 0.9123 }), /are 0\.91 times the best length/);
  assert.match(verdict("healthy", { ratio: null }), /are ∞ times/);
  assert.match(verdict("overshooting", { rose: 0.4, flipped: 0.61, ratio: 1.7 }), /40% of its steps .* 61% of the gradients/);
  assert.match(verdict("plateau", { loss: 2.29, guessing: 2.3026, ratio: 0.05 }), /loss 2\.290, guessing 2\.303/);
});

test("what has become of a lane comes before what its rate does", () => {
  const said = fact({ status: "collapsed", step: 6, cause: "conv2", verdict: { kind: "slow", numbers: { times: 9 } } }, [2]);
  assert.match(said, /^Collapsed/);
});

test("a cause that the page doesn't know comes in the server's words", () => {
  assert.equal(fact({ status: "diverged", step: 1, cause: "mood", reason: "Lost heart." }, [2]), "Lost heart.");
});

test("the menu holds the lane's own rate in its place among the decades", () => {
  assert.deepEqual(rateChoices(0.1), rateChoices(3));
  assert.deepEqual(rateChoices(0.2).slice(6, 9), [0.1, 0.2, 0.3]);
});

test("of an earlier step is said what was known by then", () => {
  const collapsed = /** @type {const} */ ({ status: "collapsed", step: 3, cause: "conv2", verdict: { kind: "slow", numbers: { times: 9 } } });
  assert.equal(fact(collapsed, [2.3, 2.2, 2.1, 2], 0), "Random initial weights, no update yet");
  assert.equal(fact(collapsed, [2.3, 2.2, 2.1, 2], 2), "Batch loss 2.300 → 2.200 since step 1");
  assert.match(fact(collapsed, [2.3, 2.2, 2.1, 2], 3), /^Collapsed/);
  const lane = /** @type {any} */ (collapsed);
  assert.deepEqual([2, 3, null].map((past) => statusAt(lane, past)), ["training", "collapsed", "collapsed"]);
});

test("the figures of a step are its own, and the last test result before it, which says of which step it is", () => {
  const series = new Series(1);
  series.append(decodeMessage(scalarsFrame({ first: 1, last: 5, lanes: 1, tests: [0, 3] })).scalars[0]);
  const nothing = { loss: null, accuracy: null, lineStep: null };
  assert.deepEqual(figuresAt(series, 0, 0), { ...nothing, testAccuracy: series.testAt("testAccuracy", 0, 0), testStep: 0 });
  const measured = { loss: series.at("loss", 4, 0), accuracy: series.at("accuracy", 4, 0), lineStep: 4 };
  assert.deepEqual(figuresAt(series, 4, 0), { ...measured, testAccuracy: series.testAt("testAccuracy", 1, 0), testStep: 3 });
});
