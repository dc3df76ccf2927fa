import assert from "node:assert/strict";
import { test } from "node:test";

import { Acks } from "../../static/stream/acks.js";
import { ServerClock } from "../../static/stream/clock.js";
import { Selection } from "../../static/state/selection.js";

test("a message is acknowledged at once, or when its snapshot has been drawn, with all before it", () => {
  /** @type {number[]} */
  const sent = [];
  const acks = new Acks(({ message }) => sent.push(message));
  acks.arrived(false);
  assert.deepEqual(sent, [1]);
  acks.arrived(true);
  acks.arrived(false);
  acks.arrived(true);
  assert.deepEqual(sent, [1]);
  acks.settle();
  acks.settle();
  assert.deepEqual(sent, [1, 4]);
  acks.begin();
  acks.arrived(false);
  assert.deepEqual(sent, [1, 4, 1]);
});

test("the server's clock is known by the quickest answer", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  /** @type {number[]} */
  const pings = [];
  const clock = new ServerClock(({ sent }) => pings.push(sent), () => now);
  assert.equal(clock.since(0), null);
  clock.begin();
  now = 1100;
  clock.answered({ sent: 1000, time: 50_090 }); // slow, and mostly on its way back
  now = 1210;
  clock.answered({ sent: 1200, time: 50_205 }); // 5 ms each way: the server is 49,000 ahead
  now = 1300;
  assert.equal(clock.since(50_280), 20);
  for (let time = 0; time < 1500; time += 300) context.mock.timers.tick(300);
  assert.equal(pings.length, 4);
  clock.end();
  context.mock.timers.tick(60_000);
  assert.equal(pings.length, 4);
});

test("nobody is told of a selection that stays as it is", () => {
  const selection = new Selection();
  let changes = 0;
  selection.onChange(() => (changes += 1));
  const at = (/** @type {number} */ col) => ({ layer: "conv1", lane: 0, cell: { out: 0, in: 0, row: 0, col } });
  selection.set(at(0), { chosen: false });
  selection.set(at(0));
  selection.set(at(0));
  selection.set(at(1));
  assert.equal(changes, 3, "a default that somebody chooses is a change");
  selection.set(null);
  assert.equal(changes, 4);
});
