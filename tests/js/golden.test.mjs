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
    const { scalars, kernels, snapshot } = decodeMessage(buffer);
    const kinds = expected.map(({ kind }) => kind);
    assert.deepEqual([scalars.length, kernels.length > 0, snapshot !== null], [
      kinds.filter((kind) => kind === 1).length,
      kinds.includes(3),
      kinds.includes(2),
    ]);
  });
}

test("the frame that docs/protocol.md shows reads as it says", () => {
  const text = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf-8");
  const shown = /```text\n(.*)\n```\n\nand what it says:\n\n```json\n([^`]*)```/.exec(text);
  assert.ok(shown);
  const bytes = Uint8Array.from(Buffer.from(shown[1], "base64"));
  const { kind, directory, tensors } = JSON.parse(shown[2]);
  const [frame] = readFrames(bytes.buffer);
  const members = { ...frame.directory };
  delete members.tensors;
  assert.deepEqual([frame.kind, members], [kind, directory]);
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    const { data, shape: read } = frame.tensors.get(name);
    assert.deepEqual([DTYPES.get(data.constructor), read, [...data]], [dtype, shape, values]);
  }
});
