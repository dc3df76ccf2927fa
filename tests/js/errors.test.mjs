import assert from "node:assert/strict";
import { test } from "node:test";

import { agreement, chosenImages, choiceText, confusion, NOTHING, readChoice } from "../../static/studies/errors/reading.js";
import { Pictures } from "../../static/studies/errors/pictures.js";

const LABELS = [0, 1, 2, 0, 1, 2, 0];
const A = { step: 10, right: 4, predicted: [0, 1, 2, 1, 0, NOTHING, 0], confidence: Float32Array.of(0.9, 0.8, 0.7, 0.6, 0.95, NaN, 0.5) };
const B = { step: 10, right: 3, predicted: [1, 1, 2, 1, 1, 0, 2], confidence: Float32Array.of(0.6, 0.8, 0.7, 0.6, 0.9, 0.4, 0.6) };
const TESTS = new Map([
  ["A", A],
  ["B", B],
]);

test("rows add up to the classes, and the diagonal to what is right", () => {
  for (const { predicted } of [A, B]) {
    const counts = confusion(LABELS, predicted, 3);
    assert.deepEqual(
      counts.map((row) => row.reduce((sum, count) => sum + count)),
      [3, 2, 2],
    );
    const right = predicted.filter((guess, image) => guess === LABELS[image]).length;
    assert.equal(
      counts.reduce((sum, row, label) => sum + row[label], 0),
      right,
    );
  }
  assert.deepEqual(confusion(LABELS, A.predicted, 3), [
    [2, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 1, 1],
  ]);
});

test("errors are listed by confidence, and those without a prediction last", () => {
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "A" }), [4, 3, 5]);
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "B" }), [0, 3, 6, 5], "of the same confidence, in the test set's order");
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "A", label: 0, predicted: 0 }), [0, 6], "what is right has its count too");
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "A", label: 2, predicted: NOTHING }), [5]);
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "B", right: "A" }), [0, 6]);
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "A", right: "B" }), [4]);
  assert.deepEqual(chosenImages(LABELS, TESTS, { lane: "C" }), []);
});

test("what two lanes disagree on is what the lists have, and all images are counted", () => {
  const found = agreement(LABELS, A, B);
  assert.deepEqual(found, { both: 2, one: 2, other: 1, neither: 2 });
  assert.equal(found.one, chosenImages(LABELS, TESTS, { lane: "B", right: "A" }).length);
  assert.equal(found.other, chosenImages(LABELS, TESTS, { lane: "A", right: "B" }).length);
  assert.equal(found.both + found.one + found.other + found.neither, LABELS.length);
});

test("a choice survives the address", () => {
  const lanes = ["A", "B", "4"];
  for (const choice of [
    { lane: "B" },
    { lane: "A", label: 4, predicted: 9 },
    { lane: "4", label: 0, predicted: NOTHING },
    { lane: "A", right: "4" },
  ]) {
    assert.deepEqual(readChoice(choiceText(choice), lanes, 10), choice);
  }
  for (const text of ["", "C", "A.C", "A.A", "A.4.10", "A.10.4", "A.4.9.1", "A.x.1", "A.none.1", "A.-1.2"]) {
    assert.equal(readChoice(text, lanes, 10), null, text);
  }
});

test("pictures are asked for once", () => {
  const pictures = new Pictures();
  assert.deepEqual(pictures.asks([7, 3]), [{ kind: "pictures", images: [7, 3] }]);
  pictures.add({ images: [7, 3], pixels: { shape: [2, 1, 1, 2], data: Buffer.from([0, 255, 51, 102]).toString("base64") } });
  assert.deepEqual(pictures.asks([3, 7]), []);
  assert.deepEqual(pictures.asks([3, 8]), [{ kind: "pictures", images: [8] }]);
  assert.deepEqual(pictures.get(3)?.shape, [1, 1, 2]);
  assert.deepEqual([...(pictures.get(7)?.pixels ?? [])], [0, 1]);
  assert.equal(pictures.asks(Array.from({ length: 100 }, (_, image) => 100 + image))[0].images.length, 64);
});
