import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "../../static/connection.js";
import { Loop } from "../../static/loop.js";
import { FrameMeter } from "../../static/meter.js";

/** A loop whose animation frames are let go by hand. */
function handCranked() {
  /** @type {((now: number) => void)[]} */
  const frames = [];
  const loop = new Loop((callback) => frames.push(callback));
  return { loop, frames, crank: (/** @type {number} */ now) => frames.shift()?.(now) };
}

test("however often a task is invalidated, it runs once a frame", () => {
  const { loop, frames, crank } = handCranked();
  let runs = 0;
  const task = loop.task(() => (runs += 1));
  for (let i = 0; i < 5; i += 1) task.invalidate();
  assert.equal(frames.length, 1);
  crank(0);
  assert.equal(runs, 1);
  assert.equal(frames.length, 0, "with nothing to do no frame is asked for");
});

test("a task with an interval waits for its time, and is not forgotten", () => {
  const { loop, crank } = handCranked();
  /** @type {number[]} */
  const runs = [];
  const task = loop.task((now) => runs.push(now), { interval: 100 });
  task.invalidate();
  crank(0);
  task.invalidate();
  for (const now of [16, 50, 99, 100, 116]) crank(now);
  assert.deepEqual(runs, [0, 100]);
});

test("the meter says what was drawn, not what was sent", () => {
  const meter = new FrameMeter();
  assert.equal(meter.read(), null);
  for (let frame = 0; frame <= 60; frame += 1) meter.record(frame * 50, frame * 9);
  const measured = meter.read();
  assert.equal(measured?.framesPerSecond, 20);
  assert.equal(measured?.stepsPerFrame, 9);
});

test("reconnecting waits longer each time, up to a limit, and never the same for all", () => {
  assert.deepEqual([0, 1, 2, 9].map((attempt) => backoff(attempt, () => 1)), [250, 500, 1000, 8000]);
  assert.equal(backoff(2, () => 0), 500);
});
