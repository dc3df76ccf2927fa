import assert from "node:assert/strict";
import { test } from "node:test";

import { Interest, keyOf } from "../../static/stream/interest.js";

/** @typedef {import("../../static/stream/interest.js").Subject} Subject */

const line = { kind: "line", lane: "A" };
const lens = { kind: "lens", lane: "B", kernel: { layer: "conv1", out: 0, in: 0 } };

function told() {
  /** @type {any[]} */
  const sent = [];
  /** @type {Subject[][]} */
  const kept = [];
  return { sent, kept, interest: new Interest((message) => sent.push(message), (subjects) => kept.push(subjects), (tell) => tell()) };
}

test("what everybody on the page wants is asked for together, each subject once", () => {
  const { sent, kept, interest } = told();
  interest.want("card", { subjects: [line, lens] });
  interest.want("text", { subjects: [{ lane: "A", kind: "line" }], quantities: ["updates", "moved"] });
  interest.want("kernels", { quantities: ["moved"], layers: ["dense"] });
  assert.deepEqual(sent.at(-1), {
    type: "want",
    subjects: [line, lens],
    shown: { quantities: ["moved", "updates"], layers: ["dense"] },
    kernel: null,
    pointed: null,
    image: null,
  });
  assert.deepEqual(kept.at(-1), [line, lens]);
  interest.want("card", { subjects: [] });
  assert.deepEqual(sent.at(-1).subjects, [line]);
});

test("of a filter in colour, the kernels of the other channels are asked for too, as long as there are any", () => {
  const { sent, interest } = told();
  const others = [{ layer: "conv1", out: 3, in: 1 }, { layer: "conv1", out: 3, in: 2 }];
  interest.also(others);
  assert.deepEqual(sent.at(-1).also, others);
  interest.also([]);
  assert.ok(!("also" in sent.at(-1)));
});

test("what is wanted is told once, and to each connection", () => {
  const { sent, interest } = told();
  interest.begin();
  assert.equal(sent.length, 0, "nothing is wanted: whoever is there knows");
  interest.look({ layer: "conv1", out: 3, in: 0 });
  interest.look({ layer: "conv1", out: 3, in: 0 });
  interest.want("card", { subjects: [line] });
  interest.want("text", { subjects: [line] });
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1].kernel, { layer: "conv1", out: 3, in: 0 });
  interest.begin();
  assert.equal(sent.length, 3);
  interest.point({ layer: "conv1", out: 4, in: 0 });
  assert.deepEqual([sent[3].kernel.out, sent[3].pointed.out], [3, 4]);
});

test("wishes of one moment are told together", async () => {
  /** @type {any[]} */
  const sent = [];
  const interest = new Interest((message) => sent.push(message));
  interest.want("card", { subjects: [line] });
  interest.look({ layer: "conv1", out: 3, in: 0 });
  assert.equal(sent.length, 0);
  await Promise.resolve();
  assert.equal(sent.length, 1);
});

test("a subject may depend on what the frames hold", () => {
  const { sent, interest } = told();
  interest.want("playhead", { subjects: [({ shown, image }) => ({ kind: "past", at: 4, shown, image })] });
  interest.want("kernels", { quantities: ["moved"] });
  interest.lookAt(803);
  assert.deepEqual(sent.at(-1).subjects, [{ kind: "past", at: 4, shown: { quantities: ["moved"], layers: [] }, image: 803 }]);
  assert.equal(sent.at(-1).image, 803);
});

test("subjects are the same whatever the order of their members, and without those that are null", () => {
  const kernel = { in: 0, out: 3, layer: "conv1" };
  assert.equal(keyOf({ kind: "lens", kernel: { layer: "conv1", out: 3, in: 0 } }), keyOf({ kernel, image: null, kind: "lens" }));
  assert.notEqual(keyOf({ kind: "lens", kernel }), keyOf({ kind: "lens", kernel: { ...kernel, out: 4 } }));
});
