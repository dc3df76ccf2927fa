import assert from "node:assert/strict";
import test from "node:test";

import { Listeners } from "../../static/base/listeners.js";
import { Loop } from "../../static/base/loop.js";
import { Part } from "../../static/page/part.js";
import { Store } from "../../static/state/store.js";

/** What nobody catches, while a test lasts. @param {import("node:test").TestContext} t */
function uncaughtIn(t) {
  /** @type {string[]} */
  const errors = [];
  t.mock.method(globalThis, "queueMicrotask", (/** @type {() => void} */ callback) => {
    try {
      callback();
    } catch (error) {
      errors.push(/** @type {Error} */ (error).message);
    }
  });
  return errors;
}

const fail = () => {
  throw new Error("planted");
};

test("a listener that fails is reported, and the others are told all the same", (t) => {
  const errors = uncaughtIn(t);
  /** @type {string[]} */
  const told = [];
  const listeners = new Listeners();
  listeners.add(fail);
  listeners.add((/** @type {string} */ what) => told.push(what));
  listeners.tell("news");
  assert.deepEqual([errors, told], [["planted"], ["news"]]);
});

test("what comes from the server is applied, whatever a view of it does", (t) => {
  const errors = uncaughtIn(t);
  const store = new Store();
  let told = 0;
  store.on("audience", fail);
  store.on("audience", () => (told += 1));
  store.applyAudience(/** @type {any} */ ({ type: "audience" }));
  assert.deepEqual([errors, told], [["planted"], 1]);
});

test("a task that fails leaves the frame to those after it, and is run again when it is due", (t) => {
  const errors = uncaughtIn(t);
  /** @type {((now: number) => void)[]} */
  const frames = [];
  const loop = new Loop(
    (frame) => frames.push(frame),
    () => 0,
    () => 0,
  );
  let drawn = 0;
  const broken = loop.task(fail);
  const sound = loop.task(() => (drawn += 1));
  for (let now = 0; now < 2; now += 1) {
    broken.invalidate();
    sound.invalidate();
    frames.pop()?.(now);
  }
  assert.deepEqual([errors, drawn], [["planted", "planted"], 2]);
});

test("a part that could not come is reported, and comes when it is wanted again, once", async (t) => {
  const errors = uncaughtIn(t);
  let tries = 0;
  const part = new Part(async () => {
    tries += 1;
    if (tries === 1) throw new Error("no server");
    return { tries };
  });
  assert.equal(await part.want(), null);
  assert.deepEqual([part.here, errors], [null, ["no server"]]);
  assert.deepEqual(await Promise.all([part.want(), part.want()]), [{ tries: 2 }, { tries: 2 }]);
  assert.deepEqual([part.here, tries], [{ tries: 2 }, 2]);
});
