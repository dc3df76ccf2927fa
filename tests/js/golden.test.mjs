/** The messages that Python wrote, read by the page's own reader: every number of every tensor. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { decodeMessage } from "../../static/stream/protocol.js";
import { readFrames } from "../../static/stream/wire.js";

const folder = new URL("../golden/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".bin"));
const DTYPES = new Map([[Float32Array, "f4"], [Float64Array, "f8"], [Int32Array, "i4"], [Int8Array, "i1"]]);

test("there are golden messages", () => {
  assert.ok(names.length >= 6);
});

for (const name of names) {
  test(`${name} reads as Python wrote it`, () => {
    const bytes = readFileSync(new URL(name, folder));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const expected = JSON.parse(readFileSync(new URL(name.replace(".bin", ".json"), folder), "utf-8"));
    const frames = readFrames(buffer);
    assert.equal(frames.length, expected.length);
    for (const [index, { kind, directory, tensors }] of frames.entries()) {
      const members = { ...directory };
      delete members.tensors;
      assert.equal(kind, expected[index].kind);
      assert.deepEqual(members, expected[index].directory);
      assert.deepEqual([...tensors.keys()], Object.keys(expected[index].tensors));
      for (const [tensor, { shape, data }] of tensors) {
        const wanted = expected[index].tensors[tensor];
        assert.deepEqual([DTYPES.get(data.constructor), shape], [wanted.dtype, wanted.shape], tensor);
        // Numbers that JSON lacks stand there as text; Number reads them.
        assert.deepEqual(Array.from(data), wanted.values.map(Number), tensor);
      }
    }
    const { scalars, kernel, snapshot } = decodeMessage(buffer);
    const kinds = expected.map(({ kind }) => kind);
    assert.deepEqual([scalars.length, kernel !== null, snapshot !== null], [
      kinds.filter((kind) => kind === 1).length,
      kinds.includes(3),
      kinds.includes(2),
    ]);
  });
}
