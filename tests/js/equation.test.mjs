import assert from "node:assert/strict";
import { test } from "node:test";

import { comparison, digitsFor, equation, inner, signed } from "../../static/base/equation.js";
import { readNumber } from "../../static/base/format.js";
import { arithmetic } from "../../static/studies/weight/arithmetic.js";

/** A seeded walk of numbers from 0 to 1 (mulberry32). @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Float32 as weights and gradients are, and now and then anything that float32 can be. @param {() => number} next */
function float32(next) {
  const kind = next();
  if (kind < 0.02) return 0;
  const spread = kind < 0.85 ? 3 : 44;
  return Math.fround((next() < 0.5 ? -1 : 1) * next() * 10 ** (kind < 0.9 ? -spread * next() : 38 * next()));
}

/** What a displayed expression comes to, computed by nothing but the digits in it. @param {string} text */
function computed(text) {
  const code = text
    .replaceAll("−", "-").replaceAll("·", "*").replaceAll("×", "*").replaceAll("²", "**2").replaceAll("^", "**")
    .replaceAll(/√([\d.e-]+)/g, "Math.sqrt($1)")
    // Two signs in a row are a product with −1.
    .replaceAll(/^-(?=[\d.])/g, "0-").replaceAll(/\(-(?=[\d.e-]+ )/g, "(0-");
  return Function(`return ${code}`)();
}

/**
 * Whether a number, rounded where the displayed one ends, is the displayed one.
 * @param {number} number
 * @param {string} shown
 * @param {number} digits
 */
function isShown(number, shown, digits) {
  const value = readNumber(shown);
  if (value === 0 || !Number.isFinite(value)) return number + 0 === value + 0 || Number.isNaN(number);
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
  return Math.abs(number - value) <= unit * 0.500001;
}

test("a sum, a product and an update hold with the digits that are displayed", () => {
  const next = random(1);
  let equal = 0;
  for (let turn = 0; turn < 20000; turn += 1) {
    const [one, other, third] = [float32(next), float32(next), float32(next)];
    const rate = Number((10 ** (-4 + 4 * next())).toPrecision(2));
    for (const [terms, compute, result] of /** @type {[number[], (...terms: number[]) => number, number][]} */ ([
      [[one, other], (a, b) => a * b, Math.fround(one * other)],
      [[one, other, third], (a, b, c) => a + b + c, Math.fround(one + other + third)],
      [[one, rate, other], (w, lr, g) => w - lr * g, Math.fround(one - Math.fround(rate * other))],
    ])) {
      const found = equation(terms, compute, result);
      if (found.sign === "=") {
        equal += 1;
        assert.ok(isShown(compute(...found.terms.map(readNumber)), found.result, 4), JSON.stringify(found));
      }
      assert.ok(found.terms.every((text, place) => Math.abs(readNumber(text) - terms[place]) <= 0.00051 * Math.abs(terms[place])), "a term is itself");
      assert.ok(Math.abs(readNumber(found.result) - result) <= 0.00051 * Math.abs(result) || !Number.isFinite(result), "and so is the result");
    }
  }
  assert.ok(equal > 0.97 * 60000, `most do: ${equal}`);
});

test("an update is seen in the weight, and holds", () => {
  const next = random(2);
  let equal = 0;
  for (let turn = 0; turn < 5000; turn += 1) {
    const [before, gradient] = [Math.fround(next() - 0.5), Math.fround((next() - 0.5) * 10 ** (-4 * next()))];
    const rate = 0.1;
    const after = Math.fround(before - Math.fround(rate * gradient));
    const digits = digitsFor(after, rate * gradient);
    const { terms, result, sign } = equation([before, rate, gradient], (w, lr, g) => w - lr * g, after, { digits, from: [digitsFor(before, rate * gradient), 4, 4] });
    if (sign === "≈") continue;
    equal += 1;
    assert.ok(isShown(computed(`${terms[0]} − ${terms[1]} · ${inner(terms[2])}`), result, digits), `${terms} ${result}`);
  }
  assert.ok(equal > 4900, `nearly all do: ${equal}`);
});

test("where float32 has rounded on the way, no sign of equality is written", () => {
  const product = equation([1e-30, 1e-20], (a, b) => a * b, 0);
  assert.deepEqual(product, { terms: ["1e−30", "1e−20"], result: "0", sign: "≈" });
  assert.equal(equation([16777216, 1], (a, b) => a + b, 16777216, { digits: 8 }).sign, "≈");
  assert.equal(equation([NaN, 1], (a, b) => a + b, NaN).sign, "=");
  assert.equal(equation([Math.fround(3e38), 10], (a, b) => a * b, Infinity).sign, "≈");
});

test("each line of an optimizer's arithmetic holds with its displayed numbers", () => {
  const next = random(3);
  const optimizers = [
    { type: "sgd" },
    { type: "sgd", weight_decay: 0.0005 },
    { type: "sgd", momentum: 0.9 },
    { type: "sgd", momentum: 0.9, nesterov: true, weight_decay: 0.01 },
    { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 },
    { type: "adamw", beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weight_decay: 0.01 },
  ];
  let [lines, equal] = [0, 0];
  for (let turn = 0; turn < 300; turn += 1) {
    for (const optimizer of optimizers) {
      const scale = 10 ** (-5 * next());
      const [before, gradient, velocity, mean] = Array.from({ length: 4 }, () => Math.fround((next() - 0.5) * scale));
      const memory = { velocity, mean, square: Math.fround(mean ** 2 * (1 + next())), steps: Math.floor(next() * 500) };
      const known = { before, gradient, memory, learning_rate: 0.1 * 0.1 ** (2 * next()), update: 1, after: 1 };
      // What the update is, the lines themselves say, but for float32.
      const draft = arithmetic(/** @type {any} */ (known), optimizer);
      const exact = draft.find(({ name }) => name === "Δw")?.symbols ? stepOf(draft, known, optimizer) : -known.learning_rate * gradient;
      const after = Math.fround(before + Math.fround(exact));
      for (const line of arithmetic(/** @type {any} */ ({ ...known, update: Math.fround(exact), after }), optimizer)) {
        lines += 1;
        if (line.sign === "≈") continue;
        equal += 1;
        const digits = line.name === "w′" ? digitsFor(after, exact) : 4;
        assert.ok(isShown(computed(line.numbers), line.shown, digits), `${line.numbers} = ${line.shown} (${computed(line.numbers)})`);
      }
    }
  }
  assert.ok(equal > 0.98 * lines, `${equal} of ${lines}`);
});

/** The exact update, from the values of the lines before it. */
function stepOf(draft, { learning_rate: rate, before }, { epsilon, weight_decay: decay = 0, type }) {
  const value = Object.fromEntries(draft.map((line) => [line.name, line.value]));
  if ("m̂" in value) return -rate * (value["m̂"] / (Math.sqrt(value["ŝ"]) + epsilon) + (type === "adamw" ? decay * before : 0));
  return -rate * (value.d ?? value.v ?? value["g′"]);
}

test("two numbers that should be the same are written so far that their difference is seen", () => {
  const next = random(4);
  for (let turn = 0; turn < 5000; turn += 1) {
    const value = (next() - 0.5) * 10 ** (-6 * next());
    const other = Math.fround(value);
    const { value: one, other: two, difference } = comparison(value, other);
    if (difference.startsWith("≈")) continue;
    assert.ok(isShown(readNumber(one) - readNumber(two), difference, 2), `${one} − ${two} = ${difference}`);
  }
  assert.deepEqual(comparison(0.25, 0.25), { value: "0.25", other: "0.25", difference: "0" });
});

test("signs and brackets", () => {
  assert.deepEqual([inner("−0.5"), inner("0.5"), signed("−0.5"), signed("0.5"), signed("0")], ["(−0.5)", "0.5", "− 0.5", "+ 0.5", "+ 0"]);
});
