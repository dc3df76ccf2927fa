import assert from "node:assert/strict";
import { test } from "node:test";

import { exactKernel, exactMap, laneValues, limitOf } from "../../static/state/tensors.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { ProtocolError } from "../../static/stream/wire.js";
import { joined, kernelFrame, makeFrame, scalarsFrame, snapshotFrame } from "./frames.mjs";

test("a scalars frame gives each step's numbers, lane by lane", () => {
  const { scalars, kernels, snapshot } = decodeMessage(scalarsFrame({ run: 3, first: 7, last: 9, tests: [0, 8] }));
  assert.deepEqual([scalars.length, kernels.length, snapshot], [1, 0, null]);
  const [frame] = scalars;
  assert.deepEqual([frame.run, frame.firstStep, frame.lastStep, frame.stretch, frame.lanes], [3, 7, 9, 1, 2]);
  assert.deepEqual([...frame.columns.step], [7, 8, 9]);
  assert.deepEqual([...frame.columns.loss], [7, 7.1, 8, 8.1, 9, 9.1].map(Math.fround));
  assert.deepEqual([...frame.columns.learning_rate], [1, 0.1, 1, 0.1, 1, 0.1]);
  assert.deepEqual([...frame.columns["test.step"]], [0, 8]);
});

test("a scalars frame may be empty", () => {
  const [frame] = decodeMessage(scalarsFrame({ first: 1, last: 0, lanes: 3 })).scalars;
  assert.deepEqual([frame.lanes, frame.columns.loss.length], [3, 0]);
});

test("a message may hold scalars twice, kernels and their snapshot", () => {
  const { scalars, kernels, snapshot } = decodeMessage(
    joined(
      scalarsFrame({ first: 1, last: 90, stretch: 30, steps: [1, 40, 90] }),
      scalarsFrame({ first: 91, last: 92 }),
      kernelFrame({ step: 92 }),
      kernelFrame({ step: 92, out: 1 }),
      snapshotFrame({ step: 92, dtype: "i1" }),
    ),
  );
  assert.deepEqual(scalars.map(({ columns }) => [...columns.step]), [[1, 40, 90], [91, 92]]);
  const [kernel, other] = kernels;
  assert.deepEqual([kernel.layer, kernel.out, kernel.in, kernel.step, other.out, snapshot?.step], ["conv1", 0, 0, 92, 1, 92]);
});

test("a snapshot's tensors are laid over the message, not copied", () => {
  const buffer = snapshotFrame({ step: 5 });
  const { snapshot } = decodeMessage(buffer);
  assert.ok(snapshot);
  assert.deepEqual([snapshot.step, snapshot.imagesSeen, snapshot.stepsPerSecond], [5, 320, 148.5]);
  const weights = laneValues(snapshot, "conv1", "weight", 1);
  assert.deepEqual([...(weights ?? [])], [6, 7, 8, 9, 10, 11]);
  assert.equal(weights?.buffer, buffer);
  assert.deepEqual(limitOf(snapshot, "conv1", "gradient"), { limit: 25.2, setAt: 4 });
});

test("at step 0 there are no gradients", () => {
  const { snapshot } = decodeMessage(snapshotFrame({ step: 0, gradients: false }));
  assert.ok(snapshot);
  assert.equal(laneValues(snapshot, "conv1", "gradient", 0), null);
});

const SHAPE = { out: 2, in: 1, rows: 2, cols: 3 };

test("exact numbers are the snapshot's own, or those that came with it, and never another kernel's", () => {
  const paused = decodeMessage(snapshotFrame());
  assert.deepEqual([...(exactKernel(paused, "conv1", SHAPE, { out: 0, in: 0 }, 1)?.weight ?? [])], [6, 7, 8, 9, 10, 11]);
  const running = decodeMessage(joined(kernelFrame({ layer: "conv3" }), kernelFrame(), snapshotFrame({ dtype: "i1" })));
  const exact = exactKernel(running, "conv1", SHAPE, { out: 0, in: 0 }, 1);
  assert.deepEqual([...(exact?.weight ?? [])], [6.25, 7.25, 8.25, 9.25, 10.25, 11.25]);
  assert.equal(exact?.gradient?.[0], -6.25);
  assert.equal(exactKernel(running, "conv1", SHAPE, { out: 1, in: 0 }, 1), null);
  // A filter's map likewise; the snapshot has levels of it.
  const map = { quantity: /** @type {const} */ ("response"), layer: "conv1", out: 0, size: { rows: 1, cols: 2 } };
  const { kernels, snapshot } = decodeMessage(joined(kernelFrame({ map: [0.5, 1.5, 2.5, 3.5] }), snapshotFrame({ dtype: "i1" })));
  const levels = { shape: [2, 1, 1, 2], data: Int8Array.of(10, 20, 30, 40) };
  assert.equal(exactMap({ snapshot, kernels }, map, 1), null);
  snapshot?.tensors.set("responses/conv1", levels);
  assert.deepEqual([...(exactMap({ snapshot, kernels }, map, 1) ?? [])], [2.5, 3.5]);
  assert.equal(exactMap({ snapshot, kernels }, { ...map, out: 1 }, 1), null);
  assert.equal(exactMap({ snapshot, kernels: [] }, map, 1), null);
  snapshot?.tensors.set("responses/conv1", { ...levels, data: Float32Array.of(1, 2, 3, 4) });
  assert.deepEqual([...(exactMap({ snapshot, kernels }, map, 1) ?? [])], [3, 4]);
  assert.equal(exactMap({ snapshot, kernels }, { ...map, quantity: "sensitivity" }, 1), null);
  assert.equal(exactKernel(running, "conv2", SHAPE, { out: 0, in: 0 }, 1), null);
  assert.equal(exactKernel(decodeMessage(snapshotFrame({ dtype: "i1" })), "conv1", SHAPE, { out: 0, in: 0 }, 0), null);
});

const members = {
  run: 1,
  step: 0,
  images_seen: 0,
  steps_per_second: null,
  lane_steps: [0],
  time: 0,
  active_step: null,
  limits: { "params/conv1.weight": { limit: 2, set_at: 0 } },
};
const weight = { dtype: /** @type {const} */ ("f4"), shape: [1, 1, 1, 1, 2], values: [1, 2] };
const good = { kind: 2, members, tensors: { "params/conv1.weight": weight } };

test("unknown tensors and members are ignored", () => {
  const more = { ...good.tensors, "probe/image": { dtype: /** @type {const} */ ("i4"), shape: [2], values: [1, 2] } };
  assert.ok(decodeMessage(makeFrame({ kind: 2, members: { ...members, mood: "good" }, tensors: more })).snapshot);
});

/** @param {(entry: any) => void} change */
const spoiled = (change) => makeFrame({ ...good, spoil: (entries) => change(entries["params/conv1.weight"]) });
/** @param {Record<string, unknown>} change */
const altered = (change) => makeFrame({ ...good, members: { ...members, ...change } });

/** @type {[string, () => ArrayBuffer, RegExp][]} */
const refused = [
  ["nothing", () => new ArrayBuffer(0), /too few/],
  ["too short", () => new ArrayBuffer(8), /too few/],
  ["another magic", () => makeFrame({ ...good, magic: "RIFF" }), /magic: expected KSCP, got "RIFF"/],
  ["another version", () => makeFrame({ ...good, version: 2 }), /version: expected 5, got 2/],
  ["an unknown kind", () => makeFrame({ ...good, kind: 9 }), /kind: expected 1, 2 or 3, got 9/],
  ["a cut payload", () => makeFrame(good).slice(0, -8), /expected \d+ bytes, got \d+/],
  ["bytes behind the last frame", () => joined(makeFrame(good), new ArrayBuffer(8)), /8 bytes are too few/],
  ["a tensor past the end", () => spoiled((entry) => (entry.shape = [1, 1, 1, 1, 200])), /ends at byte 800/],
  ["an unknown dtype", () => spoiled((entry) => (entry.dtype = "f2")), /dtype "f2"/],
  ["a name that every object has for a dtype", () => spoiled((entry) => (entry.dtype = "toString")), /dtype "toString"/],
  ["a negative size", () => spoiled((entry) => (entry.shape = [-1])), /shape \[-1\]/],
  ["weights of a type for other things", () => spoiled((entry) => (entry.dtype = "i4")), /Int32Array is no type/],
  ["lanes that don't match", () => altered({ lane_steps: [0, 0] }), /1 lanes/],
  ["a missing member", () => altered({ step: undefined }), /step: expected/],
  ["no time", () => altered({ time: undefined }), /time: expected/],
  ["no limit", () => altered({ limits: {} }), /limits: none for params\/conv1.weight/],
  ["a limit below 0", () => altered({ limits: { "params/conv1.weight": { limit: -1, set_at: 0 } } }), /expected a limit/],
  ["a kernel without its snapshot", () => kernelFrame(), /not of the snapshot/],
  ["a kernel of another step", () => joined(kernelFrame({ step: 4 }), snapshotFrame()), /not of the snapshot/],
  ["a kernel twice", () => joined(kernelFrame(), kernelFrame(), snapshotFrame()), /same kernel twice/],
  ["frames in another order", () => joined(snapshotFrame(), scalarsFrame({ first: 1, last: 2 })), /wrong place/],
  ["two snapshots", () => joined(snapshotFrame(), snapshotFrame()), /two snapshots/],
  ["steps left out", () => scalarsFrame({ first: 1, last: 3, steps: [1, 3] }), /2 rows for the steps/],
  ["rows that fall", () => scalarsFrame({ first: 1, last: 9, stretch: 9, steps: [1, 5, 4, 9] }), /4 after 5/],
  ["rows of earlier steps", () => scalarsFrame({ first: 2, last: 9, stretch: 9, steps: [1, 9] }), /expected from 2 to 9/],
  ["rows of later steps", () => scalarsFrame({ first: 1, last: 9, stretch: 9, steps: [1, 10] }), /expected from 1 to 9/],
  ["steps from 0", () => scalarsFrame({ first: 0, last: 2 }), /steps from 0/],
];

for (const [name, message, reason] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => decodeMessage(message()),
      (error) => error instanceof ProtocolError && reason.test(error.message),
    );
  });
}

test("norms, seconds and observations are read; a frame without observations has none of them", () => {
  const [frame] = decodeMessage(scalarsFrame({ first: 1, last: 30, observed: [20] })).scalars;
  const { columns } = frame;
  assert.deepEqual([columns.gradient_norm[58], columns.weight_norm[0], columns.update_norm[1], columns.seconds[29]], [60, 8, 0.5, 0.3]);
  assert.deepEqual([[...columns["observed.step"]], [...columns["observed.ratio"]], frame.filters], [[20], [2.5, 3.5], 2]);
  assert.deepEqual([...columns["observed.norm"]], [20, -20, 20.25, -20.25]);
  const [empty] = decodeMessage(scalarsFrame({ first: 31, last: 31 })).scalars;
  assert.deepEqual([...["observed.step", "observed.ratio", "observed.norm"].map((name) => empty.columns[name].length), empty.filters], [0, 0, 0, 0]);
});
