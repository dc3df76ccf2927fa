import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { indexOf, ownImageIn, textOf, wireOf } from "../../static/state/own-image.js";

const levels = Uint8Array.from({ length: 16 }, (_, place) => (place * 251) % 256);

test("a picture is named by its levels and label, as the server names it", () => {
  const name = (/** @type {number[]} */ label) => -1 - crc32(Buffer.from([...levels, ...label]));
  assert.equal(indexOf({ levels, label: null }), name([255, 255, 255, 255]));
  assert.equal(indexOf({ levels, label: 3 }), name([3, 0, 0, 0]));
  assert.notEqual(indexOf({ levels, label: 3 }), indexOf({ levels: levels.with(0, 1), label: 3 }));
});

test("the server is told it as base64", () => {
  assert.deepEqual(wireOf({ levels, label: 3 }), { levels: Buffer.from(levels).toString("base64"), label: 3 });
});

test("an address holds the whole picture", () => {
  for (const label of [null, 0, 9]) {
    const text = textOf({ levels, label });
    assert.equal(encodeURIComponent(text), text, "as it is");
    assert.deepEqual(ownImageIn(text, 16, 10), { levels, label });
  }
});

test("what is no picture of this data set is none", () => {
  const text = textOf({ levels, label: 9 });
  for (const [other, length, classes] of /** @type {const} */ ([
    [text, 15, 10],
    [text, 16, 9],
    ["own..", 16, 10],
    ["own.1.A", 16, 10],
    ["own.-1.AAAA", 3, 10],
    ["803", 16, 10],
    ["own.1.%", 16, 10],
  ])) {
    assert.equal(ownImageIn(other, length, classes), null, other);
  }
});
