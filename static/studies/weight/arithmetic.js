/**
 * How an optimizer got from one weight's gradient to its update, line by line with numbers. Pure.
 *
 * The symbols are those of server/kernelscope/nn/optimizers.py: v velocity, μ momentum, λ weight decay, m and s the running means of g
 * and g², β₁ and β₂ what they keep, t the step number, w′ the weight after the update.
 *
 * @typedef {import("../../base/types.js").Optimizer} Optimizer
 *
 * @typedef {object} Line
 * @property {string} name     what is computed
 * @property {string} symbols  how
 * @property {string} numbers  the same in numbers
 * @property {number} value    the result
 * @property {string} shown    the result as text
 * @property {"=" | "≈"} sign  before it
 *
 * One weight of a lane in its last step: how it was updated.
 * @typedef {object} OneWeight
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {import("../../base/types.js").Weight} weight
 * @property {number} lane_step  the lane's last, an earlier one if it has diverged
 * @property {number} before
 * @property {number | null} gradient
 * @property {number | null} learning_rate
 * @property {Record<string, number> | null} memory  the optimizer's state for it before the step
 * @property {number | null} update
 * @property {number} after
 * @property {number} now  differs if it was changed by hand since
 * @property {Packed | null} kernel  all weights of its kernel after the step; null: the origin is missing
 * @property {"no_step" | "no_batch" | "stopped" | null} missing  why the origin is missing
 * @property {WeightOrigin | null} origin
 *
 * Where its gradient came from.
 * @typedef {object} WeightOrigin
 * @property {number | null} total
 * @property {number} positions
 * @property {{count: number, sum: number | null}} positive
 * @property {{count: number, sum: number | null}} negative
 * @property {(number | null)[]} shares  one per image of the batch
 * @property {number[]} labels
 * @property {WeightImage} image
 * @property {number | null} loss
 * @property {number | null} loss_updated
 * @property {number | null} loss_now
 * @property {{epsilon: number, below: number | null, above: number | null, slope: number | null, switches: number} | null} proof
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 * @typedef {{index: number, pixels: Packed, sensitivity: Packed, seen: Packed}} WeightImage
 */

import { digitsFor, DIGITS, equation, inner, signed } from "../../base/equation.js";

/**
 * @param {OneWeight} weight  of a lane that has made a step
 * @param {Optimizer} optimizer
 * @returns {Line[]}
 */
export function arithmetic(weight, optimizer) {
  const { before, gradient, update, after, memory, learning_rate: rate } = weight;
  if (gradient === null || update === null) return [];
  const how = { digits: digitsFor(after, update), from: [digitsFor(before, update), DIGITS, DIGITS] };
  // After a restart of the worker, the optimizer's state and the rate are unknown.
  const way =
    memory === null || rate === null
      ? null
      : optimizer.type === "sgd"
        ? descent(weight, optimizer, memory)
        : adam(weight, optimizer, memory);
  if (way?.lines.length === 0) {
    return [
      line(
        "w′",
        "w − lr · g",
        [before, Number(rate), gradient],
        (w, lr, g) => w - lr * g,
        after,
        (w, lr, g) => `${w} − ${lr} · ${inner(g)}`,
        how,
      ),
    ];
  }
  const sum = line(
    "w′",
    "w + Δw",
    [before, update],
    (w, change) => w + change,
    after,
    (w, change) => `${w} ${signed(change)}`,
    how,
  );
  return way ? [...way.lines, way.step(Number(rate)), sum] : [sum];
}

/** @typedef {{lines: Line[], step: (rate: number) => Line}} Way */

/**
 * @param {string} name
 * @param {string} symbols
 * @param {number[]} terms
 * @param {(...terms: number[]) => number} compute
 * @param {number} value what it came to
 * @param {(...terms: string[]) => string} write
 * @param {Parameters<typeof equation>[3]} [how]
 * @returns {Line}
 */
function line(name, symbols, terms, compute, value, write, how) {
  const { terms: texts, result, sign } = equation(terms, compute, value, how);
  return { name, symbols, numbers: write(...texts), value, shown: result, sign };
}

/**
 * @param {OneWeight} weight
 * @param {Optimizer} optimizer
 * @param {Record<string, number>} memory
 * @returns {Way}
 */
function descent(weight, { momentum = 0, nesterov = false, weight_decay: decay = 0 }, memory) {
  const lines = decayed(weight, decay);
  let direction = { name: lines.length > 0 ? "g′" : "g", value: lines.at(-1)?.value ?? Number(weight.gradient) };
  if (momentum > 0) {
    const gradient = direction;
    const value = momentum * memory.velocity + gradient.value;
    lines.push(
      line(
        "v",
        `μ · v + ${gradient.name}`,
        [momentum, memory.velocity, gradient.value],
        (mu, v, g) => mu * v + g,
        value,
        (mu, v, g) => `${mu} · ${inner(v)} ${signed(g)}`,
      ),
    );
    direction = { name: "v", value };
    if (nesterov) {
      const ahead = gradient.value + momentum * value;
      lines.push(
        line(
          "d",
          `${gradient.name} + μ · v`,
          [gradient.value, momentum, value],
          (g, mu, v) => g + mu * v,
          ahead,
          (g, mu, v) => `${g} + ${mu} · ${inner(v)}`,
        ),
      );
      direction = { name: "d", value: ahead };
    }
  }
  const { name, value } = direction;
  return {
    lines,
    step: (rate) =>
      line(
        "Δw",
        `−lr · ${name}`,
        [rate, value],
        (lr, d) => -lr * d,
        Number(weight.update),
        (lr, d) => `−${lr} · ${inner(d)}`,
      ),
  };
}

/**
 * @param {OneWeight} weight
 * @param {Optimizer} optimizer
 * @param {Record<string, number>} memory
 * @returns {Way}
 */
function adam(weight, { type, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay: decay = 0 }, memory) {
  const decoupled = type === "adamw";
  const lines = decoupled ? [] : decayed(weight, decay);
  const g = lines.length > 0 ? "g′" : "g";
  const gradient = lines.at(-1)?.value ?? Number(weight.gradient);
  const update = Number(weight.update);
  const t = memory.steps + 1;
  const m = beta1 * memory.mean + (1 - beta1) * gradient;
  const s = beta2 * memory.square + (1 - beta2) * gradient ** 2;
  const [mHat, sHat] = [m / (1 - beta1 ** t), s / (1 - beta2 ** t)];
  lines.push(
    line(
      "m",
      `β₁ · m + (1 − β₁) · ${g}`,
      [beta1, memory.mean, 1 - beta1, gradient],
      (b, mean, rest, x) => b * mean + rest * x,
      m,
      (b, mean, rest, x) => `${b} · ${inner(mean)} + ${rest} · ${inner(x)}`,
    ),
    line(
      "s",
      `β₂ · s + (1 − β₂) · ${g}²`,
      [beta2, memory.square, 1 - beta2, gradient],
      (b, square, rest, x) => b * square + rest * x ** 2,
      s,
      (b, square, rest, x) => `${b} · ${square} + ${rest} · ${inner(x)}²`,
    ),
    line(
      "m̂",
      "m / (1 − β₁ᵗ)",
      [m, beta1],
      (mean, b) => mean / (1 - b ** t),
      mHat,
      (mean, b) => `${mean} / (1 − ${b}^${t})`,
    ),
    line(
      "ŝ",
      "s / (1 − β₂ᵗ)",
      [s, beta2],
      (square, b) => square / (1 - b ** t),
      sHat,
      (square, b) => `${square} / (1 − ${b}^${t})`,
    ),
  );
  /** @param {number} rate */
  const step = (rate) =>
    decoupled && decay > 0
      ? line(
          "Δw",
          "−lr · (m̂ / (√ŝ + ε) + λ · w)",
          [rate, mHat, sHat, epsilon, decay, weight.before],
          (lr, mean, square, e, l, w) => -lr * (mean / (Math.sqrt(square) + e) + l * w),
          update,
          (lr, mean, square, e, l, w) => `−${lr} · (${mean} / (√${square} + ${e}) + ${l} · ${inner(w)})`,
        )
      : line(
          "Δw",
          "−lr · m̂ / (√ŝ + ε)",
          [rate, mHat, sHat, epsilon],
          (lr, mean, square, e) => (-lr * mean) / (Math.sqrt(square) + e),
          update,
          (lr, mean, square, e) => `−${lr} · ${inner(mean)} / (√${square} + ${e})`,
        );
  return { lines, step };
}

/**
 * The line of a decay that is part of the gradient.
 * @param {OneWeight} weight
 * @param {number} decay
 * @returns {Line[]}
 */
function decayed({ before, gradient }, decay) {
  if (decay === 0) return [];
  const g = Number(gradient);
  return [
    line(
      "g′",
      "g + λ · w",
      [g, decay, before],
      (x, l, w) => x + l * w,
      g + decay * before,
      (x, l, w) => `${x} + ${l} · ${inner(w)}`,
    ),
  ];
}

/**
 * Choose the sentence for what the step did, by the gradient's sign and the weight's direction.
 * @param {OneWeight} weight
 * @returns {"positive" | "negative" | "zero" | "positive.up" | "negative.down" | "zero.up" | "zero.down" | "still" | "lost"}
 */
export function rule({ gradient, update, before, after }) {
  const [slope, moved] = [Math.sign(gradient ?? 0), Math.sign(update ?? 0)];
  if (moved !== 0 && after === before) return "lost";
  if (moved === 0) return slope === 0 ? "zero" : "still";
  if (slope === 0) return moved > 0 ? "zero.up" : "zero.down";
  if (slope > 0) return moved < 0 ? "positive" : "positive.up";
  return moved > 0 ? "negative" : "negative.down";
}

/**
 * What moves a weight besides its gradient: earlier steps, decay, or both.
 * @param {Optimizer} optimizer
 * @returns {"steps" | "decay" | "both"}
 */
export function besides({ type, momentum = 0, weight_decay: decay = 0 }) {
  if (decay === 0) return "steps";
  return type === "sgd" && momentum === 0 ? "decay" : "both";
}

/**
 * The images of the batch, sorted by how much they add to the gradient or take from it.
 * @param {(number | null)[]} shares
 */
export function ranked(shares) {
  const places = shares.map((_, index) => index);
  return places.sort((one, other) => Math.abs(shares[other] ?? 0) - Math.abs(shares[one] ?? 0) || one - other);
}

/**
 * The share of the positions' contributions that cancels: 0, all pull one way; 1, nothing is left.
 * @param {{positive: {sum: number | null}, negative: {sum: number | null}, total: number | null}} origin
 */
export function cancelled({ positive, negative, total }) {
  const said = (positive.sum ?? NaN) - (negative.sum ?? NaN);
  // Two sums of the same numbers may differ in their last bits, so clamp at 0.
  return said > 0 ? Math.max(0, 1 - Math.abs(total ?? NaN) / said) : 0;
}
