import assert from "node:assert/strict";
import { test } from "node:test";

import { numberFormats } from "../../static/base/format.js";
import { indexOf } from "../../static/state/own-image.js";
import { imageText, ShownImage } from "../../static/state/image.js";
import { guessesOf, isAbout, percentText } from "../../static/state/predictions.js";
import { Store } from "../../static/state/store.js";
import { Interest } from "../../static/stream/interest.js";

const experiment = /** @type {any} */ ({ run: 1, config: {}, dataset: { test_size: 5, image_shape: [1, 1, 2], train_size: 9, classes: ["a", "b"] } });

function opened({ can = true } = {}) {
  /** @type {any[]} */
  const sent = [];
  const store = new Store();
  const image = new ShownImage(store, new Interest((message) => sent.push(message), undefined, (tell) => tell()), () => can);
  return { store, image, sent };
}

/** @param {number} index @returns {any} */
const found = (index) => ({
  type: "found",
  subject: { kind: "image", image: index },
  run: 1,
  step: 0,
  payload: { images: 5, label: index % 3, pixels: { shape: [1, 1, 1], data: Buffer.from(new Float32Array([index]).buffer).toString("base64") } },
});

test("the image and its predictions are asked for as soon as the source has said that it can", () => {
  const { store, image, sent } = opened();
  assert.equal(sent.length, 0);
  store.applyExperiment(experiment);
  assert.deepEqual([sent.at(-1).image, sent.at(-1).subjects], [0, [{ kind: "image", image: 0 }]]);
  image.show(3);
  assert.deepEqual([sent.at(-1).image, sent.at(-1).subjects], [3, [{ kind: "image", image: 3 }]]);
  const asked = sent.length;
  image.show(3);
  store.applyExperiment(experiment);
  assert.equal(sent.length, asked, "once");
});

test("a source that can't is asked nothing", () => {
  const { store, image, sent } = opened({ can: false });
  store.applyExperiment(experiment);
  image.show(3);
  assert.equal(sent.length, 0);
  assert.equal(image.isOffered, false);
});

test("the images follow each other round, and by chance comes another one", () => {
  const { store, image } = opened();
  image.turn(1);
  image.showAny(0.5);
  assert.equal(image.index, 0, "of how many isn't known");
  store.applyExperiment(experiment);
  image.turn(-1);
  assert.equal(image.index, 4);
  image.turn(1);
  assert.equal(image.index, 0);
  for (const [chance, other] of [[0, 3], [0.999, 1]]) {
    image.show(2);
    image.showAny(chance);
    assert.equal(image.index, other);
  }
});

test("training images come after the test images, and follow each other round among themselves", () => {
  const { store, image, sent } = opened();
  store.applyExperiment(experiment);
  assert.equal(image.showAddressed("train-8"), true);
  assert.deepEqual([image.index, image.address, sent.at(-1).image], [13, "train-8", 13]);
  image.turn(1);
  assert.equal(image.address, "train-0");
  image.turn(-1);
  image.showAny(0);
  assert.equal(image.address, "train-0");
  for (const text of ["train-9", "5", "train-", "-1", "train--1", "x", "1.5", "test-1", ""]) assert.equal(image.showAddressed(text), false, text);
  assert.equal(image.address, "train-0");
  image.showAddressed("4");
  assert.deepEqual([image.index, image.address], [4, "4"]);
  const translator = /** @type {any} */ ({ text: (/** @type {string} */ key, /** @type {any} */ { index, class: name }) => `${key} ${index} ${name}` });
  assert.equal(imageText(translator, "image.name", { index: 4, label: 1 }, experiment.dataset), "image.name 4 b");
  assert.equal(imageText(translator, "image.number", { index: 5, label: 0 }, experiment.dataset), "image.number.training 0 a");
});

test("a part of the image may be outlined until another is shown, and is in the address", () => {
  const { store, image, sent } = opened();
  store.applyExperiment(experiment);
  let told = 0;
  image.onChange(() => (told += 1));
  image.show(2, { top: -3, left: 4, rows: 7, cols: 5 });
  const asked = sent.length;
  assert.deepEqual([image.patchAddress, told], ["-3.4.7.5", 1]);
  image.show(2, { top: 0, left: 4, rows: 7, cols: 5 });
  assert.deepEqual([image.patchAddress, told, sent.length], ["0.4.7.5", 2, asked], "no other image is asked for");
  assert.equal(image.outlineAddressed("1.2.3"), false);
  assert.equal(image.outlineAddressed("-3.4.7.5"), true);
  assert.deepEqual([image.index, image.patch], [2, { top: -3, left: 4, rows: 7, cols: 5 }]);
  image.show(3);
  assert.equal(image.patchAddress, "");
  image.show(3, { top: 0, left: 0, rows: 1, cols: 1 });
  assert.equal(image.outlineAddressed(""), true);
  assert.equal(image.patch, null);
});

test("a label is that of the image shown, or it isn't known", () => {
  const { store, image } = opened();
  store.applyExperiment(experiment);
  let arrived = 0;
  image.onArrival(() => (arrived += 1));
  store.applyFound(found(0));
  assert.deepEqual([image.label, image.known?.pixels[0], arrived], [0, 0, 1]);
  store.applyFound(found(0));
  assert.equal(arrived, 1, "it comes again with each run");
  image.show(4);
  assert.equal(image.label, null);
  store.applyFound(found(1));
  assert.deepEqual([image.label, image.known?.index], [null, 0], "too late");
  store.applyFound(found(4));
  assert.deepEqual([image.label, image.known?.pixels[0], arrived], [1, 4, 2]);
});

test("a picture is shown at once, told with the wish, and left for the image before it", () => {
  const { store, image, sent } = opened();
  store.applyExperiment(experiment);
  image.show(3);
  const levels = Uint8Array.of(0, 255);
  image.showOwn({ levels, label: 2 });
  assert.equal(image.index, indexOf({ levels, label: 2 }));
  assert.deepEqual([image.label, [...(image.known?.pixels ?? [])], image.known?.shape], [2, [0, 1], [1, 1, 2]]);
  assert.deepEqual([sent.at(-1).image, sent.at(-1).own, sent.at(-1).subjects], [image.index, { levels: "AP8=", label: 2 }, []]);
  // What comes for another image meanwhile doesn't replace it.
  store.applyFound(found(3));
  assert.equal(image.known?.label, 2);
  image.turn(1);
  assert.deepEqual([image.index, image.own, sent.at(-1).own], [3, null, undefined]);
});

test("while a picture is drawn its predictions are those of a moment ago, of the data set's images never", () => {
  const { store, image } = opened();
  store.applyExperiment(experiment);
  const about = (/** @type {number | null} */ index) => isAbout(/** @type {any} */ ({ image: index }), image);
  const drawn = [10, 20, 30].map((level) => ({ levels: Uint8Array.of(0, level), label: 2 }));
  const [first, second, third] = drawn.map(indexOf);
  image.showOwn(drawn[0], true); // after an image of the data set it continues nothing
  assert.deepEqual([0, first, second, null].map(about), [false, true, false, false]);
  image.showOwn(drawn[1], true);
  image.showOwn(drawn[2], true);
  assert.deepEqual([first, second, third].map(about), [true, true, true]);
  assert.ok(!isAbout(null, image) && !isAbout(/** @type {any} */ ({}), image));
  // Another picture, such as one that was kept, or the same of another class: not those.
  const other = { levels: drawn[2].levels, label: null };
  image.showOwn(other);
  assert.deepEqual([first, second, third, indexOf(other)].map(about), [false, false, false, true]);
  assert.ok(image.isUnlabelled);
  image.showOwn(drawn[0], true);
  assert.ok(!image.isUnlabelled);
  image.show(3);
  assert.deepEqual([indexOf(other), first, 3].map(about), [false, false, true]);
  assert.ok(!image.isUnlabelled, "its class isn't known yet");
});

test("a lane's guesses are its most probable classes, of this image and of no other", () => {
  const data = new Float32Array([0.25, 0.5, 0.25, 0, 0.125, 0.125, 0.25, 0.5, NaN, 0.5, 0.25, 0.25]);
  const of = (/** @type {number} */ index) => ({ index, earlier: [] });
  const snapshot = /** @type {any} */ ({ image: 7, tensors: new Map([["image/probabilities", { shape: [3, 4], data }]]) });
  assert.deepEqual(
    guessesOf(snapshot, 0, of(7)),
    [[1, 0.5], [0, 0.25], [2, 0.25]].map(([one, probability]) => ({ class: one, probability })),
  );
  assert.deepEqual(guessesOf(snapshot, 1, of(7)).map((guess) => guess.class), [3, 2, 0]);
  assert.deepEqual(guessesOf(snapshot, 2, of(7)), [], "what isn't finite is no guess");
  assert.deepEqual(guessesOf(snapshot, 0, of(8)), []);
  assert.deepEqual(guessesOf(null, 0, of(7)), []);
});

test("a probability that isn't none or all is never said to be", () => {
  const said = [0, 1e-9, 0.0049, 0.0051, 0.5, 0.9949, 0.9951, 1 - 1e-7, 1].map((share) => percentText(share, numberFormats("en")));
  assert.deepEqual(said, ["0%", "<1%", "<1%", "1%", "50%", "99%", ">99%", ">99%", "100%"]);
});

test("where images are prepared, what networks see comes too, also of a picture of one’s own", () => {
  const { store, image, sent } = opened();
  store.applyExperiment({ ...experiment, config: { preparation: "local" } });
  let arrivals = 0;
  image.onArrival(() => (arrivals += 1));
  const pack = (/** @type {number} */ value) => ({ shape: [1, 1, 1], data: Buffer.from(new Float32Array([value]).buffer).toString("base64") });
  const answer = (/** @type {number} */ index) => ({ ...found(index), payload: { ...found(index).payload, seen: pack(-0.5) } });
  store.applyFound(answer(0));
  assert.deepEqual([image.known?.index, [...(image.seen?.pixels ?? [])], arrivals], [0, [-0.5], 1]);
  store.applyFound(answer(0));
  assert.equal(arrivals, 1, "the same again is no news");
  image.showOwn({ levels: Uint8Array.of(0, 255), label: 1 });
  assert.deepEqual([sent.at(-1).subjects, image.seen?.index], [[{ kind: "image", image: image.index }], 0]);
  store.applyFound(answer(image.index));
  assert.deepEqual([image.seen?.index, image.known?.label, [...(image.known?.pixels ?? [])]], [image.index, 1, [0, 1]]);
});
