import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Translator } from "../../static/base/i18n.js";
import { unpack } from "../../static/stream/packed.js";
import { ruleText } from "../../static/studies/weight/lines.js";
import { arithmetic, besides, cancelled, ranked, rule } from "../../static/studies/weight/arithmetic.js";

const PLAIN = { before: 0.5, gradient: -0.25, update: 0.025, after: 0.525, now: 0.525, learning_rate: 0.1, memory: {} };

/** @param {object} members @returns {any} */
const weight = (members) => ({ ...PLAIN, ...members });

test("plain gradient descent is one line", () => {
  const [line, ...others] = arithmetic(weight({}), { type: "sgd", momentum: 0, weight_decay: 0 });
  assert.deepEqual(line, { name: "w′", symbols: "w − lr · g", numbers: "0.5 − 0.1 · (−0.25)", value: 0.525, shown: "0.525", sign: "=" });
  assert.deepEqual(others, []);
});

test("also a small step is seen in the weight", () => {
  const [line] = arithmetic(weight({ before: 0.1007279, gradient: 0.0005, update: -0.00005, after: 0.1006779 }), { type: "sgd" });
  assert.equal(`${line.numbers} = ${line.shown}`, "0.100728 − 0.1 · 0.0005 = 0.100678");
});

test("momentum and decay come line by line, each with its numbers", () => {
  const optimizer = { type: "sgd", momentum: 0.9, weight_decay: 0.1, nesterov: true };
  const gradient = -0.25 + 0.1 * 0.5;
  const velocity = 0.9 * 0.5 + gradient;
  const direction = gradient + 0.9 * velocity;
  const lines = arithmetic(weight({ memory: { velocity: 0.5 }, update: -0.1 * direction, after: 0.5 - 0.1 * direction }), optimizer);
  assert.deepEqual(lines.map(({ name, symbols }) => `${name} = ${symbols}`), ["g′ = g + λ · w", "v = μ · v + g′", "d = g′ + μ · v", "Δw = −lr · d", "w′ = w + Δw"]);
  const [first, second, third, fourth] = lines.map(({ value }) => value);
  assert.ok([[first, gradient], [second, velocity], [third, direction], [fourth, -0.1 * direction]].every(([found, wanted]) => Math.abs(found - wanted) < 1e-12));
  assert.equal(lines[1].numbers, "0.9 · 0.5 − 0.2");
});

test("Adam's running means and their corrections", () => {
  const memory = { mean: 0.1, square: 0.04, steps: 3 };
  for (const type of ["adam", "adamw"]) {
    const lines = arithmetic(weight({ memory }), { type, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weight_decay: 0.01 });
    const gradient = type === "adam" ? -0.25 + 0.01 * 0.5 : -0.25;
    const found = Object.fromEntries(lines.map(({ name, value }) => [name, value]));
    assert.ok(Math.abs(found["m̂"] - (0.9 * 0.1 + 0.1 * gradient) / (1 - 0.9 ** 4)) < 1e-12);
    assert.ok(Math.abs(found["ŝ"] - (0.99 * 0.04 + 0.01 * gradient ** 2) / (1 - 0.99 ** 4)) < 1e-12);
    assert.equal(lines.some(({ symbols }) => symbols.includes("+ λ · w)")), type === "adamw");
    assert.equal(lines.at(-1)?.value, 0.525);
  }
});

test("what is not known any more is left out", () => {
  const [line, ...others] = arithmetic(weight({ memory: null, learning_rate: null }), { type: "adam" });
  assert.deepEqual([line.name, line.numbers, others.length], ["w′", "0.5 + 0.025", 0]);
  assert.deepEqual(arithmetic(weight({ gradient: null, update: null }), { type: "sgd" }), []);
});

test("the rule says which way the weight goes, and whether that is the gradient's doing", () => {
  assert.equal(rule(weight({ gradient: 1, update: -1 })), "positive");
  assert.equal(rule(weight({ gradient: -1, update: 1 })), "negative");
  assert.equal(rule(weight({ gradient: 1, update: 1 })), "positive.up");
  assert.equal(rule(weight({ gradient: -1, update: -1 })), "negative.down");
  assert.equal(rule(weight({ gradient: 0, update: 0 })), "zero");
  assert.equal(rule(weight({ gradient: 0, update: 1 })), "zero.up");
  assert.equal(rule(weight({ gradient: 0, update: -1 })), "zero.down");
  assert.equal(rule(weight({ gradient: 1, update: 0 })), "still");
  // Float32 has no number between: nothing goes up or down.
  assert.equal(rule(weight({ gradient: 1, update: -1e-9, before: 0.5, after: 0.5 })), "lost");
});

/** @type {Record<string, string>} */
const WORDS = Object.assign(
  {},
  ...["", "studies/"].map((folder) =>
    JSON.parse(readFileSync(new URL(`../../static/locales/${folder}en.json`, import.meta.url), "utf8")),
  ),
);

const english = new Translator("en", WORDS);

test("only plain SGD moves a weight by its gradient alone", () => {
  const fell = weight({ gradient: 1, update: -0.1 });
  assert.match(ruleText(fell, { type: "sgd" }, english), /So the weight goes down by 0\.1\.$/);
  for (const optimizer of [{ type: "sgd", momentum: 0.9 }, { type: "sgd", weight_decay: 0.1 }, { type: "adam" }]) {
    const said = ruleText(fell, optimizer, english);
    assert.doesNotMatch(said, /So it/);
    assert.match(said, /goes down by 0\.1, but not because of this gradient alone: (with|weight decay)/);
  }
});

test("of a gradient that is 0 at a kink nothing is said that the slope beside it denies", () => {
  const said = ruleText(weight({ gradient: 0, update: 0 }), { type: "sgd" }, english);
  assert.match(said, /^The gradient is exactly 0, and so is the update/);
  assert.doesNotMatch(said, /loss/);
});

test("what moves a weight besides its gradient is what its optimizer has", () => {
  assert.equal(besides({ type: "sgd", momentum: 0.9, weight_decay: 0 }), "steps");
  assert.equal(besides({ type: "sgd", momentum: 0, weight_decay: 0.01 }), "decay");
  assert.equal(besides({ type: "sgd", momentum: 0.9, weight_decay: 0.01 }), "both");
  assert.equal(besides({ type: "adam", weight_decay: 0 }), "steps");
  assert.equal(besides({ type: "adamw", weight_decay: 0.01 }), "both");
});

test("a negative number in a product stands in brackets", () => {
  const memory = { mean: -0.1, square: 0.04, steps: 3 };
  const lines = arithmetic(weight({ memory }), { type: "adam", beta1: 0.9, beta2: 0.99, epsilon: 1e-8 });
  assert.match(lines.find(({ name }) => name === "Δw").numbers, /^−0\.1 · \(−0\.3344\) \/ /);
});

test("images by what they contribute, whichever way", () => {
  assert.deepEqual(ranked([0.1, -0.5, null, 0.3]), [1, 3, 0, 2]);
});

test("what cancels", () => {
  assert.equal(cancelled({ positive: { sum: 3 }, negative: { sum: -1 }, total: 2 }), 0.5);
  assert.equal(cancelled({ positive: { sum: 0.1 + 0.2 - 2e-17 }, negative: { sum: 0 }, total: 0.1 + 0.2 + 1e-16 }), 0, "never less than nothing");
  assert.equal(cancelled({ positive: { sum: 1 }, negative: { sum: -1 }, total: 0.0527 }), 1 - 0.0527 / 2, "97.4%, and not cut to 97.3%");
  assert.equal(cancelled({ positive: { sum: 0 }, negative: { sum: 0 }, total: 0 }), 0);
});

test("packed arrays are read as they were written", () => {
  const values = new Float32Array([1.5, -2, 0, 1e-20, Infinity, 7]);
  const data = btoa(String.fromCharCode(...new Uint8Array(values.buffer)));
  assert.deepEqual([...unpack({ shape: [2, 3], data })], [...values]);
  assert.throws(() => unpack({ shape: [2, 2], data }), /expected 2 × 2 numbers, got 6/);
});
