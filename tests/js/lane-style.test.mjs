import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { laneColour, laneDash } from "../../static/draw/lane-style.js";
import { contrast, parseHex, toOklab } from "../../static/draw/oklab.js";

const LETTERS = [..."ABCDEFGH"];
/** The least distance of two lanes' colours in OKLab: black and white are 1 apart, steps of 0.02 can just be told. */
const APART = 0.09;
/** What is left of linear sRGB without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1). */
const VISIONS = {
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const tokens = await readFile(new URL("../../static/styles/tokens.css", import.meta.url), "utf-8");

/**
 * @param {string} name "--lane-a"
 * @returns {string[]} its light and its dark value
 */
function valuesOf(name) {
  const found = new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\);`).exec(tokens);
  assert.ok(found, name);
  return [found[1], found[2]];
}

/**
 * @param {import("../../static/draw/oklab.js").Triple} rgb
 * @param {number[]} vision
 */
function seen(rgb, vision) {
  const linear = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const mixed = [0, 1, 2].map((row) => linear.reduce((sum, c, column) => sum + vision[3 * row + column] * c, 0));
  const clipped = mixed.map((c) => Math.min(1, Math.max(0, c)));
  const [r, g, b] = clipped.map((c) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  return toOklab([r, g, b]);
}

for (const [theme, name] of ["light", "dark"].entries()) {
  const colours = LETTERS.map((letter) => {
    const token = /^var\((--lane-\w)\)$/.exec(laneColour(letter));
    assert.ok(token);
    return parseHex(valuesOf(token[1])[theme]);
  });

  for (const [kind, vision] of Object.entries(VISIONS)) {
    test(`any two of eight lanes differ in colour: ${name}, ${kind}`, () => {
      const labs = colours.map((rgb) => seen(rgb, vision));
      for (const [one, lab] of labs.entries()) {
        for (const [other, another] of labs.entries()) {
          if (other <= one) continue;
          const distance = Math.hypot(...lab.map((value, at) => value - another[at]));
          assert.ok(distance >= APART, `${LETTERS[one]} and ${LETTERS[other]}: ${distance.toFixed(3)}`);
        }
      }
    });
  }

  test(`a lane's letter can be read on a card: ${name}`, () => {
    const card = parseHex(valuesOf("--card")[theme]);
    for (const colour of colours) assert.ok(contrast(colour, card) >= 4.5);
  });
}

test("no two of eight lanes have the same dashes", () => {
  const dashes = LETTERS.map((letter) => String(laneDash(letter)));
  assert.equal(new Set(dashes).size, LETTERS.length);
  assert.deepEqual(laneDash("I"), laneDash("A"), "a ninth letter begins again");
});
