import assert from "node:assert/strict";
import { test } from "node:test";

import { laneValues } from "../../static/draw/tensors.js";
import { ProtocolError, decodeFrame } from "../../static/protocol.js";
import { makeFrame, scalarsFrame, snapshotFrame } from "./frames.mjs";

test("a scalars frame gives each step's numbers, lane by lane", () => {
  const frame = decodeFrame(scalarsFrame({ run: 3, first: 7, last: 9, tests: [0, 8] }));
  assert.equal(frame.kind, "scalars");
  assert.equal(frame.run, 3);
  assert.deepEqual([frame.firstStep, frame.lastStep, frame.lanes], [7, 9, 2]);
  assert.deepEqual([...frame.loss], [7, 7.1, 8, 8.1, 9, 9.1].map(Math.fround));
  assert.deepEqual([...frame.learningRate], [1, 0.1, 1, 0.1, 1, 0.1]);
  assert.deepEqual([...frame.testStep], [0, 8]);
});

test("a scalars frame may be empty", () => {
  const frame = decodeFrame(scalarsFrame({ first: 1, last: 0, lanes: 3 }));
  assert.equal(frame.kind, "scalars");
  assert.deepEqual([frame.lanes, frame.loss.length], [3, 0]);
});

test("a snapshot's tensors are laid over the message, not copied", () => {
  const buffer = snapshotFrame({ frame: 17, step: 5 });
  const frame = decodeFrame(buffer);
  assert.equal(frame.kind, "snapshot");
  assert.deepEqual([frame.frame, frame.step, frame.imagesSeen, frame.stepsPerSecond], [17, 5, 320, 148.5]);
  const weights = laneValues(frame, "conv1", "weight", 1);
  assert.deepEqual([...(weights ?? [])], [6, 7, 8, 9, 10, 11]);
  assert.equal(weights?.buffer, buffer);
});

test("at step 0 there are no gradients", () => {
  const frame = decodeFrame(snapshotFrame({ step: 0, gradients: false }));
  assert.equal(frame.kind, "snapshot");
  assert.equal(laneValues(frame, "conv1", "gradient", 0), null);
});

test("unknown tensors and members are ignored", () => {
  const frame = decodeFrame(
    makeFrame({
      kind: 2,
      members: { run: 1, frame: 1, step: 0, images_seen: 0, steps_per_second: null, lane_steps: [0], mood: "good" },
      tensors: { "probe/image": { dtype: "i4", shape: [2], values: [1, 2] } },
    }),
  );
  assert.equal(frame.kind, "snapshot");
});

const members = { run: 1, frame: 1, step: 0, images_seen: 0, steps_per_second: null, lane_steps: [0] };
const weight = { dtype: /** @type {const} */ ("f4"), shape: [1, 1, 1, 1, 2], values: [1, 2] };
const tensors = { "params/conv1.weight": weight };
const good = { kind: 2, members, tensors };

/** @param {(entry: any) => void} change */
const spoiled = (change) =>
  makeFrame({ ...good, spoil: (entries) => change(entries["params/conv1.weight"]) });

/** @type {[string, () => ArrayBuffer, RegExp][]} */
const refused = [
  ["too short", () => new ArrayBuffer(8), /too few/],
  ["another magic", () => makeFrame({ ...good, magic: "RIFF" }), /magic: expected KSCP, got "RIFF"/],
  ["another version", () => makeFrame({ ...good, version: 2 }), /version: expected 1, got 2/],
  ["an unknown kind", () => makeFrame({ ...good, kind: 9 }), /kind: expected 1 or 2, got 9/],
  ["a cut payload", () => makeFrame(good).slice(0, -8), /expected \d+ bytes, got \d+/],
  ["a crooked offset", () => spoiled((entry) => (entry.offset = 4)), /offset 4/],
  ["a tensor past the end", () => spoiled((entry) => (entry.shape = [1, 1, 1, 1, 200])), /ends at byte 800/],
  ["an unknown dtype", () => spoiled((entry) => (entry.dtype = "f2")), /dtype "f2"/],
  ["a negative size", () => spoiled((entry) => (entry.shape = [-1])), /shape \[-1\]/],
  ["lanes that don't match", () => makeFrame({ ...good, members: { ...members, lane_steps: [0, 0] } }), /1 lanes/],
  ["a missing member", () => makeFrame({ ...good, members: { ...members, frame: undefined } }), /frame: expected/],
];

for (const [name, frame, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => decodeFrame(frame()),
      (error) => error instanceof ProtocolError && message.test(error.message),
    );
  });
}
