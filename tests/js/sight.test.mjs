import assert from "node:assert/strict";
import { test } from "node:test";

import { Sight } from "../../static/board/sight.js";

/** A browser's observer, told by hand what is in sight. */
class Observer {
  /** @param {(entries: object[]) => void} told */
  constructor(told) {
    Observer.newest = this;
    this.told = told;
    /** @type {object[]} */
    this.observed = [];
  }

  /** @param {object} target */
  observe(target) {
    this.observed.push(target);
  }

  disconnect() {
    this.observed = [];
  }

  /** @param {[object, boolean][]} entries */
  tell(...entries) {
    this.told(entries.map(([target, isIntersecting]) => ({ target, isIntersecting })));
  }
}
/** @type {Observer} */
Observer.newest = /** @type {any} */ (null);

test("a lane is painted until it is known to be out of sight, and again as soon as it comes", (context) => {
  Object.assign(globalThis, { IntersectionObserver: Observer });
  context.after(() => Reflect.deleteProperty(globalThis, "IntersectionObserver"));
  const [one, other, third] = /** @type {any[]} */ ([{}, {}, {}]);
  const came = context.mock.fn();
  const sight = new Sight(/** @type {any} */ ({}), came);
  const seen = () => [one, other, third].map((column) => sight.sees(column));
  sight.watch([one, other, third]);
  assert.deepEqual(seen(), [true, true, true], "nothing is known yet");
  Observer.newest.tell([one, true], [other, true], [third, false]);
  assert.deepEqual(seen(), [true, true, false]);
  assert.equal(came.mock.callCount(), 0, "those in sight have been painted");
  Observer.newest.tell([one, false], [third, true]);
  assert.deepEqual(seen(), [false, true, true]);
  assert.equal(came.mock.callCount(), 1, "its picture is old");
  Observer.newest.tell([other, false]);
  assert.equal(came.mock.callCount(), 1);
  sight.watch([one, other]);
  assert.deepEqual(seen(), [true, true, true]);
  assert.deepEqual(Observer.newest.observed, [one, other]);
});
