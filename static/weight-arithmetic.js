/**
 * How an optimizer came from one weight's gradient to its update, line by line with the numbers filled in. Pure.
 *
 * The symbols are those of server/nn/optimizers.py: v velocity, μ momentum, λ weight decay, m and s the running means of g
 * and g², β₁ and β₂ what they keep, t the number of the step, w′ the weight after the update.
 *
 * @typedef {import("./types.js").OneWeight} OneWeight
 * @typedef {import("./types.js").Optimizer} Optimizer
 *
 * @typedef {object} Line
 * @property {string} name     what is computed
 * @property {string} symbols  how
 * @property {string} numbers  the same with numbers
 * @property {number} value    what it came to
 * @property {string} shown    that as text
 */

import { changing, significant } from "./format.js";

const DIGITS = 4;

/**
 * @param {OneWeight} weight  of a lane that has made a step
 * @param {Optimizer} optimizer
 * @returns {Line[]}
 */
export function arithmetic(weight, optimizer) {
  const { before, gradient, update, after, memory, learning_rate: rate } = weight;
  if (gradient === null || update === null) return [];
  const [from, to] = [changing(before, update), changing(after, update)];
  const sum = { name: "w′", symbols: "w + Δw", numbers: `${from} ${signed(update)}`, value: after, shown: to };
  // After the worker was restarted nobody knows what the optimizer remembered, nor the rate.
  if (memory === null || rate === null) return [sum];
  const { lines, step } = optimizer.type === "sgd" ? descent(weight, optimizer, memory) : adam(weight, optimizer, memory);
  if (lines.length === 0) {
    return [{ ...sum, symbols: "w − lr · g", numbers: `${from} − ${shown(rate)} · ${inner(gradient)}` }];
  }
  const earlier = [...lines, { name: "Δw", ...step(rate), value: update }];
  return [...earlier.map((line) => ({ ...line, shown: shown(line.value) })), sum];
}

/** @typedef {Omit<Line, "shown">} Unshown */
/** @typedef {{lines: Unshown[], step: (rate: number) => {symbols: string, numbers: string}}} Way */

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
    const numbers = `${momentum} · ${inner(memory.velocity)} ${signed(gradient.value)}`;
    lines.push({ name: "v", symbols: `μ · v + ${gradient.name}`, numbers, value });
    direction = { name: "v", value };
    if (nesterov) {
      const ahead = gradient.value + momentum * value;
      lines.push({ name: "d", symbols: `${gradient.name} + μ · v`, numbers: `${shown(gradient.value)} + ${momentum} · ${inner(value)}`, value: ahead });
      direction = { name: "d", value: ahead };
    }
  }
  const { name, value } = direction;
  return { lines, step: (rate) => ({ symbols: `−lr · ${name}`, numbers: `−${shown(rate)} · ${inner(value)}` }) };
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
  const t = memory.steps + 1;
  const m = beta1 * memory.mean + (1 - beta1) * gradient;
  const s = beta2 * memory.square + (1 - beta2) * gradient ** 2;
  const [mHat, sHat] = [m / (1 - beta1 ** t), s / (1 - beta2 ** t)];
  const [rest1, rest2] = [shown(1 - beta1), shown(1 - beta2)];
  lines.push(
    { name: "m", symbols: `β₁ · m + (1 − β₁) · ${g}`, numbers: `${beta1} · ${inner(memory.mean)} + ${rest1} · ${inner(gradient)}`, value: m },
    { name: "s", symbols: `β₂ · s + (1 − β₂) · ${g}²`, numbers: `${beta2} · ${shown(memory.square)} + ${rest2} · ${inner(gradient)}²`, value: s },
    { name: "m̂", symbols: "m / (1 − β₁ᵗ)", numbers: `${shown(m)} / (1 − ${beta1}^${t})`, value: mHat },
    { name: "ŝ", symbols: "s / (1 − β₂ᵗ)", numbers: `${shown(s)} / (1 − ${beta2}^${t})`, value: sHat },
  );
  const fades = decoupled && decay > 0;
  // By itself: the server's minifier takes spaces out of a template in a template.
  const fading = fades ? ` + ${shown(decay)} · ${inner(weight.before)})` : "";
  return {
    lines,
    step: (rate) => ({
      symbols: `−lr · ${fades ? "(" : ""}m̂ / (√ŝ + ε)${fades ? " + λ · w)" : ""}`,
      numbers: `−${shown(rate)} · ${fades ? "(" : ""}${fades ? shown(mHat) : inner(mHat)} / (√${shown(sHat)} + ${shown(epsilon)})${fading}`,
    }),
  };
}

/**
 * A decay that is part of the gradient.
 * @param {OneWeight} weight
 * @param {number} decay
 * @returns {Unshown[]}
 */
function decayed({ before, gradient }, decay) {
  if (decay === 0) return [];
  const g = Number(gradient);
  return [{ name: "g′", symbols: "g + λ · w", numbers: `${shown(g)} + ${shown(decay)} · ${inner(before)}`, value: g + decay * before }];
}

/** @param {number} value */
function shown(value) {
  return significant(value, DIGITS);
}

/**
 * As a factor or an argument: in brackets where it is negative.
 * @param {number} value
 */
function inner(value) {
  return value < 0 ? `(${shown(value)})` : shown(value);
}

/**
 * Behind another number.
 * @param {number} value
 */
function signed(value) {
  return value < 0 ? `− ${shown(-value)}` : `+ ${shown(value)}`;
}

/**
 * Which sentence tells what the step did: the gradient's sign, and which way the weight went.
 * @param {OneWeight} weight
 * @returns {"positive" | "negative" | "zero" | "positive.up" | "negative.down" | "zero.up" | "zero.down" | "still"}
 */
export function rule({ gradient, update }) {
  const [slope, moved] = [Math.sign(gradient ?? 0), Math.sign(update ?? 0)];
  if (moved === 0) return slope === 0 ? "zero" : "still";
  if (slope === 0) return moved > 0 ? "zero.up" : "zero.down";
  if (slope > 0) return moved < 0 ? "positive" : "positive.up";
  return moved > 0 ? "negative" : "negative.down";
}

/**
 * What moves a weight besides its gradient: steps of before that the optimizer remembers, decay, or both.
 * @param {Optimizer} optimizer
 * @returns {"steps" | "decay" | "both"}
 */
export function besides({ type, momentum = 0, weight_decay: decay = 0 }) {
  if (decay === 0) return "steps";
  return type === "sgd" && momentum === 0 ? "decay" : "both";
}

/**
 * The images of the batch, the one that adds most to the gradient or takes most from it first.
 * @param {(number | null)[]} shares
 */
export function ranked(shares) {
  const places = shares.map((_, index) => index);
  return places.sort((one, other) => Math.abs(shares[other] ?? 0) - Math.abs(shares[one] ?? 0) || one - other);
}

/**
 * Which share of all that the positions say cancels out: 0, they all pull one way; 1, nothing is left.
 * @param {{positive: {sum: number | null}, negative: {sum: number | null}, total: number | null}} origin
 */
export function cancelled({ positive, negative, total }) {
  const said = (positive.sum ?? NaN) - (negative.sum ?? NaN);
  // Cut to a thousandth: "100%" is said of nothing but all.
  return said > 0 ? Math.floor(1000 * (1 - Math.abs(total ?? NaN) / said)) / 1000 : 0;
}
