import assert from "node:assert/strict";
import { test } from "node:test";

import { Loop } from "../../static/base/loop.js";
import { Flow, follows, movesOf, norm } from "../../static/studies/phases/flow.js";
import { Player } from "../../static/studies/phases/player.js";

const NODES = ["input", "conv1", "relu1", "dense", "softmax", "loss"];

/** The way of each move: from, to, and whose picture. @param {any} stage @param {string[]} [changed] */
const ways = (stage, changed = []) =>
  movesOf(NODES, stage, changed).map(({ from, to, what }) => [from, to, what].map(({ node, part }) => `${node} ${part}`));

test("each stage's results flow from where they come from to where they are shown", () => {
  assert.deepEqual(ways({ phase: "forward", layer: "conv1" }), [["input forward", "conv1 forward", "input forward"]]);
  assert.deepEqual(ways({ phase: "loss", layer: null }), [
    ["dense forward", "softmax forward", "dense forward"],
    ["softmax forward", "loss forward", "softmax forward"],
  ]);
  assert.deepEqual(ways({ phase: "backward", layer: "dense" }), [["softmax backward", "dense backward", "dense backward"]]);
  assert.deepEqual(ways({ phase: "backward", layer: "conv1" }), [["relu1 backward", "conv1 backward", "relu1 backward"]]);
  assert.deepEqual(ways({ phase: "update", layer: null }, ["conv1"]), [["conv1 backward", "conv1 kernels", "conv1 updates"]]);
  for (const phase of ["start", "iterate"]) assert.deepEqual(ways({ phase, layer: null }), []);
});

test("only a stage that was made before one's eyes flows", () => {
  const at = (/** @type {object} */ more) => ({ run: 1, lane: "A", image: 3, step: 4, done: 2, ...more });
  assert.ok(follows(at({}), at({ done: 3 }), 8));
  assert.ok(follows(at({ done: 7 }), at({ step: 5, done: 0 }), 8), "the update");
  for (const more of [{}, { done: 4 }, { done: 1 }, { done: 3, lane: "B" }, { done: 3, image: 4 }, { done: 3, run: 2 }, { step: 5, done: 0 }]) {
    assert.ok(!follows(at({}), at(more), 8), JSON.stringify(more));
  }
  assert.ok(!follows(null, at({}), 8));
});

/** A loop whose frames and timers are made by hand. */
function byHand() {
  /** @type {((now: number) => void)[]} */
  const frames = [];
  /** @type {{callback: () => void, milliseconds: number}[]} */
  const timers = [];
  const loop = new Loop(
    (callback) => frames.push(callback),
    (callback, milliseconds) => timers.push({ callback, milliseconds }),
    () => 0,
  );
  return { loop, frames, timers, frame: (/** @type {number} */ now) => frames.shift()?.(now) };
}

test("what flows comes to rest, and then no frame is asked for", () => {
  const { loop, frames, frame } = byHand();
  const flow = new Flow();
  /** @type {number[][]} */
  const drawn = [];
  const task = loop.task((now) => {
    drawn.push(flow.at(now).map(({ way }) => way));
    if (flow.isMoving) task.invalidate();
  });
  flow.begin(movesOf(NODES, { phase: "loss", layer: null }, []), 1000);
  task.invalidate();
  for (const now of [5000, 5250, 5500, 5750, 6000]) frame(now);
  // The first half of the time is that of the first move; the second waits at its place.
  assert.deepEqual(drawn, [[0, 0], [0.5, 0], [0], [0.5], []]);
  assert.equal(frames.length, 0);
  assert.ok(!flow.isMoving);
});

test("a picture becomes the next one near its end", () => {
  const flow = new Flow();
  flow.begin(movesOf(NODES, { phase: "forward", layer: "conv1" }, []), 100);
  const turned = [0, 50, 99].map((now) => flow.at(now)[0].turned);
  assert.deepEqual(turned.slice(0, 2), [0, 0]);
  assert.ok(turned[2] > 0.9 && turned[2] < 1);
  assert.equal(norm([3, 4]), 5);
});

test("a player makes a stage when its time is over and the one before is shown, and stops for good", () => {
  const { loop, timers } = byHand();
  let made = 0;
  /** @type {boolean[]} */
  const told = [];
  const player = new Player(loop, () => (made += 1), () => told.push(player.isPlaying));
  player.pace = 0.5;
  player.begin();
  player.begin();
  assert.deepEqual([made, timers[0].milliseconds, told], [1, 500, [true]]);
  timers[0].callback();
  assert.equal(made, 1, "not shown yet");
  player.shown();
  assert.equal(made, 2);
  player.shown();
  assert.equal(made, 2, "its time isn't over");
  player.heard("phase");
  assert.ok(player.isPlaying);
  player.heard("start");
  assert.ok(!player.isPlaying);
  timers[1].callback();
  player.shown();
  assert.equal(made, 2, "nothing starts it again");
  player.begin();
  timers[1].callback();
  player.shown();
  assert.equal(made, 3, "an old timer isn't its own");
  player.end();
  assert.deepEqual(told, [true, false, true, false]);
});
