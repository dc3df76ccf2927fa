import assert from "node:assert/strict";
import { test } from "node:test";

import { BANDS, tensorName, wantedFor } from "../../static/state/quantities.js";
import { listedName, viewOfOther } from "../../static/network/planted.js";
import { comparedLayer, isPlanted, matchesOf, matchText, matchWords, meanMatch, plantedName, plantedWith } from "../../static/state/truth.js";
import { View } from "../../static/state/view.js";

/** @param {number[]} kernel @param {object} [members] @returns {any} */
const layer = (kernel, members = {}) => ({ name: "conv1", always_shown: true, kernel_shape: kernel, input_shape: [3, 28, 28], ...members });
const planted = { name: "planted:1.5,0.3" };
const lanes = [{ id: "A" }, { id: "B" }];

test("only planted data has a truth, and only a first convolution of all channels is compared with it", () => {
  assert.deepEqual(["planted", "planted:0,0.3", "photos", "plantedness"].map((name) => isPlanted({ name })), [true, true, false, false]);
  const compared = (/** @type {any} */ dataset, /** @type {any[]} */ ...layers) => comparedLayer({ dataset, layers });
  assert.equal(compared(planted, layer([12, 3, 7, 7]), layer([4, 12, 3, 3])), "conv1");
  assert.equal(compared({ name: "photos" }, layer([12, 3, 7, 7])), null);
  assert.equal(compared(planted, layer([12, 1, 7, 7])), null, "groups");
  assert.equal(compared(planted, layer([10, 3, 28, 28], { always_shown: false })), null, "a dense layer");
  assert.equal(compared(planted, layer([], { kernel_shape: null, always_shown: false }), layer([12, 3, 7, 7])), null, "a pool comes first");
});

test("the matches of a lane are read from the snapshot while they are shown", () => {
  const data = Float32Array.of(0.9, 3, NaN, NaN, 0.5, 0, 0.25, 1);
  /** @type {any} */
  const snapshot = { tensors: new Map([["truth/conv1", { shape: [2, 2, 2], data }]]) };
  assert.deepEqual(matchesOf(snapshot, "conv1", 1), [{ alike: 0.5, known: 0 }, { alike: 0.25, known: 1 }]);
  assert.deepEqual(matchesOf(snapshot, "conv2", 1), []);
  const view = new View();
  view.describe(/** @type {any} */ ({ lanes, dataset: planted, layers: [layer([2, 3, 7, 7])] }));
  assert.equal(view.compared, "conv1");
  assert.equal(view.matches(snapshot, "conv1", 1).length, 2);
  assert.deepEqual(view.wanted(true).quantities, ["truth", "lanes"]);
  assert.deepEqual([BANDS.truth, tensorName("conv1", "truth", ""), wantedFor("truth", "")], [["weight", "truth"], "truth/conv1.weight", ["truth"]]);
});

test("the mean is over all planted kernels, and what nothing matches says so", () => {
  const [found, none] = [{ alike: 0.9, known: 1 }, { alike: NaN, known: NaN }];
  assert.equal(meanMatch([found, none, { alike: 0.6, known: 0 }], 10), 0.15);
  assert.deepEqual([matchText(0.9), matchText(1), matchText(NaN)], ["0.90", "1.00", "–"]);
  assert.deepEqual(matchWords(found, ["edge", "blob"]), ["filter.match", { class: "blob", match: "0.90" }]);
  assert.equal(matchWords(none, ["edge"])[0], "filter.match.none");
});

test("amplitude and noise are in the data set's name, in the server's spelling", () => {
  assert.deepEqual(plantedWith("planted"), { amplitude: 2, noise: 0.3 });
  assert.deepEqual(plantedWith("planted:1.5,0.05"), { amplitude: 1.5, noise: 0.05 });
  for (const name of ["planted", "planted:0,0.3", "planted:2,0.31", "planted:1.5,0.3"]) assert.equal(plantedName(plantedWith(name)), name);
  assert.equal(plantedName({ amplitude: 2, noise: 0.3 }), "planted");
  assert.deepEqual([listedName("planted:1,0.2"), listedName("own:abc")], ["planted", "own:abc"]);
});

test("the board shows the planted kernels unless something else was chosen of them", () => {
  const view = new View();
  const told = [];
  view.onChange(() => told.push(view.name));
  const described = (/** @type {any} */ dataset, /** @type {any} */ first, quantities = ["truth"]) => {
    view.describe(/** @type {any} */ ({ lanes, dataset, layers: [first], capabilities: { quantities } }));
    return view.name;
  };
  assert.equal(described({ name: "photos" }, layer([2, 3, 7, 7])), "gradient");
  assert.equal(described(planted, layer([2, 1, 7, 7])), "gradient", "there is nothing to compare");
  assert.equal(described(planted, layer([2, 3, 7, 7]), []), "gradient", "a recording doesn't have them");
  assert.deepEqual([described(planted, layer([2, 3, 7, 7])), view.chosen, told], ["truth", null, ["truth"]]);
  assert.deepEqual([view.scale, view.wanted(true).quantities], ["lanes", ["truth", "lanes"]], "only their form is compared");
  view.show({ name: "gradient" });
  assert.deepEqual([described(planted, layer([2, 3, 5, 5])), view.chosen, view.scale], ["gradient", "gradient", "shared"]);
  view.show({ name: "truth" });
  assert.deepEqual([described({ name: "photos" }, layer([2, 3, 7, 7])), view.chosen], ["gradient", null]);
  assert.equal(viewOfOther("update", { from: "photos", to: "planted" }), "");
  assert.equal(viewOfOther("update", { from: "planted", to: "planted:1,0.2" }), "update", "as it was chosen");
  assert.equal(viewOfOther("update", { from: "digits", to: "photos" }), "update");
});
