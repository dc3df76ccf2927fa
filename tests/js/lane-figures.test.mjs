import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { Series } from "../../static/stream/series.js";
import { factAbout, figuresAt } from "../../static/board/lane-figures.js";
import { statusAt } from "../../static/state/verdict.js";
import { rateChoices } from "../../static/lanes/rate.js";
import { scalarsFrame } from "./frames.mjs";

const url = new URL("../../static/locales/en.json", import.meta.url);
const translator = new Translator("en", JSON.parse(await readFile(url, "utf-8")));

const MEASURING = { kind: /** @type {const} */ ("measuring"), numbers: { first: 100 } };

/**
 * @param {Partial<import("../../static/base/types.js").Lane>} changes
 * @param {number[]} losses
 */
function fact(changes, losses, past = /** @type {number | null} */ (null)) {
  const series = new Series(1);
  const frame = scalarsFrame({ first: 1, last: losses.length, lanes: 1 });
  const [decoded] = decodeMessage(frame).scalars;
  series.append({ ...decoded, columns: { ...decoded.columns, loss: Float32Array.from(losses) } });
  const lane = { id: "A", learning_rate: 1, status: /** @type {const} */ ("training"), step: null, cause: null, reason: null, verdict: MEASURING };
  return factAbout({ ...lane, ...changes }, 0, series, translator, past);
}

test("the sentence about a lane says what was measured", () => {
  assert.equal(fact({}, []), "Random initial weights, no update yet");
  assert.equal(fact({}, [2.3026]), "Batch loss 2.303 at step 1. Judged after the test at step 100");
  assert.equal(fact({}, [2.3026, 1, 0.1333]), "Batch loss 2.303 → 0.133 since step 1. Judged after the test at step 100");
  assert.equal(fact({}, [2.3026, 1, 0.1333], 3), "Batch loss 2.303 → 0.133 since step 1");
});

test("a lane has no numbers of steps that it did not make", () => {
  const series = new Series(1);
  const [decoded] = decodeMessage(scalarsFrame({ first: 1, last: 2, lanes: 1 })).scalars;
  series.append({ ...decoded, columns: { ...decoded.columns, loss: Float32Array.of(2, NaN), accuracy: Float32Array.of(0.5, NaN) } });
  assert.equal(figuresAt(series, 1, 0).loss, 2);
  const { loss, accuracy } = figuresAt(series, 2, 0);
  assert.deepEqual([loss, accuracy], [null, null]);
});

test("a lane that has diverged or collapsed says when and why", () => {
  assert.match(fact({ status: "diverged", step: 12, cause: "weight" }, [2]), /^Diverged at step 12: a weight/);
  assert.match(fact({ status: "collapsed", step: 6, cause: "conv2" }, [2]), /since step 6 conv2 has responded to no probe image/);
});

/**
 * @param {import("../../static/base/types.js").VerdictKind} kind
 * @param {Record<string, number | boolean | null>} numbers
 */
const verdict = (kind, numbers) => fact({ verdict: { kind, numbers } }, [2.3, 2.2]);

const AT = { step: 300, loss: 2.05, accuracy: 0.433 };
const BESIDE = { ...AT, other: "B", other_loss: 0.1206, other_accuracy: 0.962 };

test("a lane says what its newest test says, beside the others", () => {
  const facts = "test loss 2.050 at step 300, lane B’s 0.121 (43.3% and 96.2% right)";
  assert.equal(verdict("slow", BESIDE), `Slow: ${facts}`);
  assert.equal(verdict("large", BESIDE), `Too large: ${facts}`);
  assert.equal(verdict("behind", BESIDE), `Behind: ${facts}`);
  const swings = verdict("swinging", { ...BESIDE, swing: 0.172 });
  assert.equal(swings, "Swinging: half of step 300 leaves the loss 17% lower; 43.3% right, lane B 96.2%");
  const catching = verdict("catching", { ...BESIDE, since: 200, gap: 0.7004 });
  assert.equal(catching, "Catching up: 43.3% right at step 300, lane B 96.2%; 70 points apart at step 200");
});

test("a lane says what its newest test says by itself", () => {
  const guessing = 2.3026;
  assert.equal(verdict("above", { ...AT, loss: 14.2, guessing }), "Its test loss at step 300, 14.20, is worse than guessing’s 2.303; 43.3% right");
  assert.match(verdict("above", { ...AT, loss: null, guessing }), /, ∞, is worse/);
  assert.match(verdict("plateau", { ...AT, guessing, longer: true }), /^Plateau: test loss 2\.050 at step 300, guessing 2\.303; .* would gain more$/);
  assert.match(verdict("plateau", { ...AT, guessing, longer: false }), /^Test loss 2\.050 .* would gain no more$/);
  assert.match(verdict("converged", { ...AT, training: 0.0042, since: 200 }), /^Converged at step 300: training loss 0\.0042; 43\.3% right, within 0\.5 points of step 200$/);
  assert.match(verdict("working", { ...AT, before: 3, since: 200 }), /^Working: test loss 3\.000 → 2\.050, steps 200 to 300$/);
  const rising = verdict("working", { ...AT, before: 2, since: 200 });
  assert.equal(rising, "Test loss rose, 2.000 → 2.050, steps 200 to 300");
  assert.match(verdict("working", { ...AT, before: 2.05 - 1e-6, since: 200 }), /^Working: test loss 2\.050 → 2\.050/);
  assert.match(verdict("working", AT), /^Working: test loss 2\.050 at step 300$/);
  assert.match(verdict("working", { ...AT, before: 3, since: 200, swing: 0.172 }), /^Working, but swinging: half of step 300 .* 17% lower/);
  assert.match(verdict("alone", { ...AT, before: 3, since: 200 }), /^Test loss 3\.000 → 2\.050, steps 200 to 300; only another lane can show a better rate$/);
  assert.match(verdict("alone", AT), /^Test loss 2\.050 at step 300; /);
  assert.match(verdict("alone", { ...AT, swing: 0.172 }), /^Swinging: half of step 300 .*; test loss 2\.050, 43\.3% right$/);
  assert.equal(verdict("still", {}), "Its rate is now 0: it no longer changes");
});

test("a verdict that the page doesn't know yet leaves the loss", () => {
  assert.equal(verdict(/** @type {any} */ ("dreaming"), {}), "Batch loss 2.300 → 2.200 since step 1");
});

test("what has become of a lane comes before what its rate does", () => {
  const said = fact({ status: "collapsed", step: 6, cause: "conv2", verdict: { kind: "slow", numbers: {} } }, [2]);
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
  const collapsed = /** @type {const} */ ({ status: "collapsed", step: 3, cause: "conv2", verdict: { kind: "slow", numbers: {} } });
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
  assert.deepEqual(figuresAt(series, 0, 0), { ...nothing, testAccuracy: series.testAt("test.accuracy", 0, 0), testStep: 0 });
  const measured = { loss: series.at("loss", 4, 0), accuracy: series.at("accuracy", 4, 0), lineStep: 4 };
  assert.deepEqual(figuresAt(series, 4, 0), { ...measured, testAccuracy: series.testAt("test.accuracy", 1, 0), testStep: 3 });
});
