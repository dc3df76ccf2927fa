import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "../../static/connection.js";
import { Loop } from "../../static/loop.js";
import { FrameMeter, MedianMeter, RateMeter } from "../../static/meter.js";

/** A loop whose animation frames are let go by hand. */
function handCranked() {
  /** @type {((now: number) => void)[]} */
  const frames = [];
  /** @type {{callback: () => void, milliseconds: number}[]} */
  const alarms = [];
  const loop = new Loop(
    (callback) => frames.push(callback),
    (callback, milliseconds) => alarms.push({ callback, milliseconds }),
  );
  return { loop, frames, alarms, crank: (/** @type {number} */ now) => frames.shift()?.(now) };
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

test("a task with an interval waits for its time, is not forgotten, and asks for no frames until then", () => {
  const { loop, frames, alarms, crank } = handCranked();
  /** @type {number[]} */
  const runs = [];
  const task = loop.task((now) => runs.push(now), { interval: 100 });
  const other = loop.task(() => {});
  task.invalidate();
  crank(0);
  task.invalidate();
  crank(16);
  other.invalidate();
  crank(32);
  assert.deepEqual([runs, frames.length, alarms.length], [[0], 0, 1]);
  assert.equal(alarms[0].milliseconds, 68);
  alarms[0].callback();
  crank(84);
  crank(100);
  assert.deepEqual(runs, [0, 100]);
  assert.equal(frames.length, 0);
});

test("tasks with an interval take turns, those without run in every frame", () => {
  const { loop, crank } = handCranked();
  /** @type {string[]} */
  const runs = [];
  const slow = ["a", "b"].map((name) => loop.task(() => runs.push(name), { interval: 100 }));
  const quick = loop.task(() => runs.push("quick"));
  for (const now of [0, 16, 116, 132]) {
    for (const task of [...slow, quick]) task.invalidate();
    crank(now);
  }
  assert.deepEqual(runs, ["a", "quick", "b", "quick", "a", "quick", "b", "quick"]);
});

test("the meter says what was drawn, not what was sent", () => {
  const meter = new FrameMeter();
  assert.equal(meter.read(0), null);
  for (let frame = 0; frame <= 60; frame += 1) meter.record(frame * 50, frame * 9);
  const measured = meter.read(3010);
  assert.equal(measured?.framesPerSecond, 20);
  assert.equal(measured?.stepsPerFrame, 9);
  assert.equal(meter.read(5000), null, "what has stopped is no longer measured");
});

test("slow motion is measured too", () => {
  const meter = new FrameMeter();
  for (const second of [0, 2, 4]) meter.record(1000 * second, second / 2);
  assert.equal(meter.read(5500)?.framesPerSecond, 0.5);
});

test("bytes are counted over the time in which they came", () => {
  const meter = new RateMeter();
  for (let message = 0; message <= 20; message += 1) meter.record(message * 100, 500);
  assert.equal(meter.read(2010), 5000);
});

test("a median is not moved by one that came late", () => {
  const meter = new MedianMeter();
  for (const [index, latency] of [12, 900, 14, 13, 11].entries()) meter.record(index, latency);
  assert.equal(meter.read(5), 13);
});

test("reconnecting waits longer each time, up to a limit, and never the same for all", () => {
  assert.deepEqual([0, 1, 2, 9].map((attempt) => backoff(attempt, () => 1)), [250, 500, 1000, 8000]);
  assert.equal(backoff(2, () => 0), 500);
});
