/** The frames that Python wrote, read by the page's own decoder: every number of every tensor. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { decodeFrame } from "../../static/protocol.js";

const folder = new URL("../golden/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".bin"));

/** Where the decoder puts what the directory and the tensors of a scalars frame hold. */
const SCALARS = {
  loss: "loss",
  accuracy: "accuracy",
  learning_rate: "learningRate",
  "test.step": "testStep",
  "test.loss": "testLoss",
  "test.accuracy": "testAccuracy",
};
const MEMBERS = {
  run: "run",
  first_step: "firstStep",
  last_step: "lastStep",
  frame: "frame",
  step: "step",
  images_seen: "imagesSeen",
  steps_per_second: "stepsPerSecond",
  lane_steps: "laneSteps",
};

test("there are golden frames of both kinds", () => {
  assert.ok(names.length >= 4);
});

for (const name of names) {
  test(`${name} reads as Python wrote it`, () => {
    const bytes = readFileSync(new URL(name, folder));
    const frame = decodeFrame(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const expected = JSON.parse(readFileSync(new URL(name.replace(".bin", ".json"), folder), "utf-8"));
    assert.equal(frame.kind, ["", "scalars", "snapshot"][expected.kind]);
    for (const [member, value] of Object.entries(expected.directory)) {
      assert.deepEqual(frame[MEMBERS[member]], value, member);
    }
    for (const [tensor, { shape, values }] of Object.entries(expected.tensors)) {
      const read = frame.kind === "scalars" ? frame[SCALARS[tensor]] : frame.tensors.get(tensor).data;
      // Numbers that JSON lacks stand there as text; Number reads them.
      assert.deepEqual(Array.from(read), values.map(Number), tensor);
      if (frame.kind === "snapshot") assert.deepEqual(frame.tensors.get(tensor).shape, shape);
    }
  });
}
