import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { Announcer } from "../../static/controls/announcer.js";

const words = new Translator("en", JSON.parse(readFileSync(new URL("../../static/locales/en.json", import.meta.url))));
const lane = (id, more = {}) => ({ id, learning_rate: 1, status: "training", step: null, cause: null, reason: null, verdict: { kind: "measuring", numbers: {} }, ...more });
const optimizer = { type: "sgd" };
const FIRST = {
  status: "running",
  run: 1,
  stopped: null,
  config: { seed: 3, stop: { step: null, accuracy: 0.95, divergence: true }, lanes: [{ id: "A", optimizer }, { id: "B", optimizer }] },
  lanes: [lane("A"), lane("B")],
};

/** What is announced of a change from the first state, or from another one. */
function said(change, step = 7, from = FIRST) {
  const texts = [];
  const announcer = new Announcer(words, { announce: (text) => texts.push(text) });
  announcer.experiment(from, 0);
  assert.deepEqual(texts, [], "what was so when the page opened is no news");
  announcer.experiment({ ...from, ...change }, step);
  return texts.join(" | ");
}

test("start and pause are told, and nothing where nothing has happened", () => {
  assert.match(said({ status: "paused" }), /7/);
  assert.match(said({ status: "running" }, 7, { ...FIRST, status: "paused" }), /./);
  assert.equal(said({}), "");
});

test("a lane that diverges or collapses is told with its step", () => {
  assert.match(said({ lanes: [lane("A"), lane("B", { status: "diverged", step: 12, cause: "loss" })] }), /B.*12/);
  assert.match(said({ lanes: [lane("A"), lane("B", { status: "collapsed", step: 10, cause: "conv2" })] }), /B.*10.*conv2|B.*conv2.*10/);
});

test("a pause by itself is told with its reason, instead of as a pause", () => {
  const stopped = { reason: "divergence", step: 12, lane: "B" };
  const text = said({ status: "paused", stopped, lanes: [lane("A"), lane("B", { status: "diverged", step: 12, cause: "loss" })] });
  assert.match(text, /stopped at step 12: lane B diverged/);
  assert.equal(said({ status: "paused", stopped: { reason: "accuracy", step: 9, lane: "A", test_step: 9 } }), "stopped at step 9: lane A reached 95%");
});

test("a reset, another seed, and lanes that come and go are told", () => {
  assert.match(said({ run: 2 }), /./);
  assert.match(said({ run: 2, config: { ...FIRST.config, seed: 8 } }), /8/);
  const reset = { ...FIRST, run: 2, undo: { of: "reset", step: 812, run: 1 } };
  assert.equal(said({ run: 3, undo: { of: "undo", step: 4, run: 2 } }, 812, reset), "Back at step 812: the run as it was");
  const undone = { ...FIRST, run: 3, undo: { of: "undo", step: 4, run: 2 } };
  assert.equal(said({ run: 4, undo: { of: "redo", step: 812, run: 3 } }, 4, undone), "Back at step 4: the run as it was");
  const fewer = { lanes: [lane("A")], config: { ...FIRST.config, lanes: [{ id: "A", optimizer }] } };
  assert.match(said({ run: 2, ...fewer }), /B/);
});

test("a lost connection is told once, however often the attempts to restore it are refused", () => {
  const texts = [];
  const announcer = new Announcer(words, { announce: (text) => texts.push(text) });
  for (const state of ["open", "reconnecting", "reconnecting", "open", "reconnecting"]) announcer.connection(state);
  assert.equal(texts.length, 2);
});
