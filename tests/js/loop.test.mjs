import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "../../static/stream/connection.js";
import { Loop } from "../../static/base/loop.js";
import { FrameMeter, MedianMeter, RateMeter } from "../../static/stream/meter.js";

/** A loop whose animation frames are let go by hand. */
function handCranked() {
  /** @type {((now: number) => void)[]} */
  const frames = [];
  /** @type {{callback: () => void, milliseconds: number, at: number}[]} */
  const alarms = [];
  const clock = { now: 0 };
  const loop = new Loop(
    (callback) => frames.push(callback),
    (callback, milliseconds) => alarms.push({ callback, milliseconds, at: clock.now + milliseconds }),
    () => clock.now,
  );
  return { loop, frames, alarms, clock, crank: (/** @type {number} */ now) => frames.shift()?.(now) };
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

test("a task with an interval runs in the first frame that comes when it is due, and asks for none until then", () => {
  const { loop, frames, alarms, crank } = handCranked();
  /** @type {number[]} */
  const runs = [];
  const task = loop.task((now) => runs.push(now), { interval: 100 });
  const other = loop.task(() => {});
  for (const now of [0, 33, 67, 99, 132]) {
    task.invalidate();
    assert.equal(frames.length, 0);
    other.invalidate();
    crank(now);
  }
  assert.deepEqual(runs, [0, 99], "frames come at uneven distances: 99 is as good as 100");
  assert.equal(alarms.length, 1, "one timer at most");
  alarms.shift()?.callback();
  assert.equal(frames.length, 0, "no frame is asked for a task that has run meanwhile");
  assert.equal(alarms.length, 1, "but it was invalidated since");
  alarms.shift()?.callback();
  assert.deepEqual([frames.length, alarms.length], [1, 0]);
});

test("a task that is invalidated again soon after it has run is not forgotten", () => {
  const { loop, frames, alarms, clock, crank } = handCranked();
  /** @type {number[]} */
  const runs = [];
  const first = loop.task(() => {}, { interval: 1000 });
  const task = loop.task((now) => runs.push(now), { interval: 1000 });
  for (const one of [first, task]) one.invalidate();
  loop.request();
  crank(0); // the first has its turn, the other is reminded of soon
  clock.now = 50;
  loop.request();
  crank(50);
  task.invalidate();
  for (let turn = 0; turn < 8 && runs.length < 2; turn += 1) {
    alarms.sort((one, other) => one.at - other.at);
    const alarm = alarms.shift();
    if (!alarm) break;
    clock.now = alarm.at;
    alarm.callback();
    while (frames.length > 0) crank(clock.now - 16); // the time of a frame is that of its beginning
  }
  assert.equal(runs.length, 2);
});

test("what is urgent is spread over frames where they become long, and each gets its turn", () => {
  const { loop, frames, clock, crank } = handCranked();
  /** @type {string[]} */
  const runs = [];
  const picture = loop.task(() => {
    runs.push("picture");
    clock.now += 30;
  });
  const others = ["a", "b"].map((name) => loop.task(() => runs.push(name), { interval: 100 }));
  const all = () => {
    picture.invalidate();
    for (const task of others) task.hurry();
  };
  all();
  crank(0);
  assert.deepEqual(runs, ["picture", "a"]);
  picture.invalidate();
  crank(16);
  assert.deepEqual(runs, ["picture", "a", "picture", "b"]);
  assert.equal(frames.length, 0);
  picture.run = () => {};
  all();
  crank(33);
  assert.deepEqual(runs.slice(4), ["a", "b"], "where there is time they run at once");
});

test("where no frame comes, one is asked for, and nothing is forgotten", () => {
  const { loop, frames, alarms, crank } = handCranked();
  /** @type {number[]} */
  const runs = [];
  const task = loop.task((now) => runs.push(now), { interval: 100 });
  task.invalidate();
  task.invalidate();
  assert.deepEqual([frames.length, alarms.map(({ milliseconds }) => milliseconds)], [0, [100]]);
  alarms[0].callback();
  crank(100);
  assert.deepEqual(runs, [100]);
});

test("who has let another go first does not wait as long as its interval", () => {
  const { loop, alarms, clock, crank } = handCranked();
  /** @type {string[]} */
  const runs = [];
  const both = ["a", "b"].map((name) => loop.task(() => runs.push(name), { interval: 3000 }));
  const picture = loop.task(() => {});
  for (const task of [...both, picture]) task.invalidate();
  clock.now = 16;
  crank(16);
  assert.deepEqual(runs, ["a"]);
  assert.deepEqual(alarms.map(({ milliseconds }) => milliseconds), [3000, 3000, 100]);
  alarms[2].callback();
  crank(116);
  assert.deepEqual(runs, ["a", "b"]);
});

test("what is in a hurry waits for nothing", () => {
  const { loop, frames, crank } = handCranked();
  /** @type {string[]} */
  const runs = [];
  const slow = ["a", "b"].map((name) => loop.task(() => runs.push(name), { interval: 100 }));
  for (const now of [0, 16]) {
    for (const task of slow) task.hurry();
    assert.equal(frames.length, 1);
    crank(now);
  }
  assert.deepEqual(runs, ["a", "b", "a", "b"]);
  assert.equal(frames.length, 0);
});

test("tasks with an interval take turns, those without run in every frame", () => {
  const { loop, alarms, frames, crank } = handCranked();
  /** @type {string[]} */
  const runs = [];
  const slow = ["a", "b"].map((name) => loop.task(() => runs.push(name), { interval: 100 }));
  const quick = loop.task(() => runs.push("quick"));
  for (const now of [0, 16, 116, 132]) {
    for (const task of [...slow, quick]) task.invalidate();
    crank(now);
  }
  assert.deepEqual(runs, ["a", "quick", "b", "quick", "a", "quick", "b", "quick"]);
  slow[0].invalidate();
  for (const { callback } of alarms) callback();
  crank(232);
  assert.deepEqual([runs.at(-1), frames.length], ["a", 0], "who has let another go first is not forgotten");
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

test("what nobody sees waits, asks for no frame, and is drawn as soon as it is shown", () => {
  const { loop, frames, alarms, crank } = handCranked();
  let shown = false;
  /** @type {string[]} */
  const runs = [];
  const isShown = () => shown;
  const drawn = loop.task(() => runs.push("drawn"), { isShown });
  const written = loop.task(() => runs.push("written"), { interval: 200, isShown });
  for (let i = 0; i < 3; i += 1) {
    drawn.invalidate();
    written.invalidate();
    written.hurry();
  }
  assert.deepEqual([frames.length, alarms.length], [0, 0]);
  loop.task(() => {}).hurry();
  crank(0);
  assert.deepEqual(runs, [], "nor does it run with others");
  shown = true;
  loop.wake();
  crank(16);
  assert.deepEqual(runs, ["drawn", "written"]);
  assert.equal(frames.length, 0);
});
