import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { labelled } from "../../static/own-data/arrays.js";
import { arranged, inOrder, nameFrom } from "../../static/own-data/classes.js";
import { packed } from "../../static/own-data/packing.js";
import { grey, isGrey, onWhite, scaled } from "../../static/own-data/scaling.js";
import { heldOut, wrong } from "../../static/own-data/wish.js";
import { zipEntries } from "../../static/own-data/zip.js";

const GOLDEN = JSON.parse(readFileSync(new URL("../datasets/own.json", import.meta.url), "utf8"));

test("folders become classes as on the server", () => {
  for (const { names, classes, placed, left, merged } of GOLDEN.classes) {
    const found = arranged(names);
    assert.deepEqual(found.classes, classes);
    const classed = found.placed.filter(({ label }) => label !== null);
    assert.deepEqual(classed.map(({ name, label, tests }) => [name, label, tests]), placed);
    // What lies in no folder can be sorted here.
    const others = found.placed.filter(({ label }) => label === null);
    assert.deepEqual([...found.left, ...others].map(({ name }) => name).sort(), left);
    assert.deepEqual(found.merged.sort(), merged);
  }
  assert.ok(inOrder("a9", "A10") < 0);
  assert.equal(nameFrom("a\u202eb\ud800"), "a b");
});

test("squares are scaled and turned grey as on the server", () => {
  for (const { side, channels, levels, to, scaled: expected, grey: light } of GOLDEN.scaled) {
    const found = scaled({ side, channels, levels }, to);
    assert.deepEqual([...found], expected);
    assert.deepEqual([...grey(found)], light);
    assert.equal(isGrey(found), channels === 1);
  }
  const half = Uint8ClampedArray.of(0, 0, 0, 0, 100, 200, 0, 255, 0, 0, 0, 51, 1, 2, 3, 255);
  assert.deepEqual([...onWhite(half, 2).levels], [255, 255, 255, 100, 200, 0, 204, 204, 204, 1, 2, 3]);
});

/** @param {Uint8Array} bytes */
function crc(bytes) {
  let value = -1;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

/**
 * A zip. What a header says of the unpacked size is nonsense: nobody may believe it.
 * @param {{name: string, content?: Uint8Array<ArrayBuffer>, deflated?: boolean, mode?: number, flags?: number, sum?: number}[]} files
 */
async function zipOf(files) {
  const [parts, central] = [/** @type {Uint8Array<ArrayBuffer>[]} */ ([]), /** @type {Uint8Array<ArrayBuffer>[]} */ ([])];
  let start = 0;
  for (const { name, content = new Uint8Array(0), deflated = false, mode = 0, flags = 0, sum = crc(content) } of files) {
    const stream = deflated ? new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw")) : new Blob([content]).stream();
    const data = new Uint8Array(await new Response(stream).arrayBuffer());
    const title = new TextEncoder().encode(name);
    const [local, entry] = [new DataView(new ArrayBuffer(30)), new DataView(new ArrayBuffer(46))];
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(26, title.length, true);
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(8, flags, true);
    entry.setUint16(10, deflated ? 8 : 0, true);
    [sum, data.length, 1].forEach((value, place) => entry.setUint32(16 + 4 * place, value, true));
    entry.setUint16(28, title.length, true);
    entry.setUint32(38, mode * 65536, true);
    entry.setUint32(42, start, true);
    parts.push(new Uint8Array(local.buffer), title, data);
    central.push(new Uint8Array(entry.buffer), title);
    start += 30 + title.length + data.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint32(12, central.reduce((size, { length }) => size + length, 0), true);
  end.setUint32(16, start, true);
  return new Blob([...parts, ...central, new Uint8Array(end.buffer)]);
}

const TEXT = new TextEncoder().encode("a picture");

test("a zip is unpacked with a bound on what comes, and what is hostile in it is left out", async () => {
  const zip = await zipOf([
    { name: "cat/1.png", content: TEXT },
    { name: "cat/2.png", content: TEXT, deflated: true },
    { name: "cat/bomb.png", content: new Uint8Array(300_000), deflated: true },
    { name: "cat/broken.png", content: TEXT, sum: 7 },
    { name: "cat/secret.png", content: TEXT, flags: 1 },
    { name: "cat/link.png", content: TEXT, mode: 0o120777 },
    { name: "../out.png", content: TEXT },
    { name: "/root.png", content: TEXT },
    { name: "C:\\win.png", content: TEXT },
    { name: "cat/1.png", content: TEXT },
  ]);
  const { entries, left } = await zipEntries(zip);
  assert.deepEqual(
    left.map(({ name, key }) => [name, key.slice("own.left.".length)]),
    [["cat/secret.png", "encrypted"], ["cat/link.png", "link"], ["../out.png", "outside"], ["/root.png", "outside"], ["C:/win.png", "outside"], ["cat/1.png", "twice"]],
  );
  assert.deepEqual(await entries[0].read(100), TEXT);
  assert.deepEqual(await entries[1].read(100), TEXT);
  await assert.rejects(entries[1].read(8), { key: "own.left.large" });
  await assert.rejects(entries[2].read(100_000), { key: "own.left.large" });
  await assert.rejects(entries[3].read(100), { key: "own.left.broken" });
  for (const wrong of [new Blob(["no zip at all, and longer than its end"]), new Blob([]), zip.slice(400)]) {
    await assert.rejects(zipEntries(wrong), { key: "own.left.no_zip" });
  }
});

/**
 * @param {string} descr
 * @param {number[]} shape
 * @param {ArrayBuffer} data
 * @param {string} [order]
 */
function npy(descr, shape, data, order = "False") {
  const head = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }\n`;
  const bytes = new Uint8Array(10 + head.length + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, head.length, 0]);
  bytes.set(new TextEncoder().encode(head), 10);
  bytes.set(new Uint8Array(data), 10 + head.length);
  return bytes;
}

/** @param {Record<string, Uint8Array<ArrayBuffer>>} arrays */
const npz = (arrays) => Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, read: () => Promise.resolve(bytes) }));

const PIXELS = Uint8Array.from({ length: 4 * 16 }, (_, at) => 3 * at);
const IMAGES = npy("|u1", [4, 4, 4], PIXELS.buffer);
const LABELS = npy("<i8", [4], BigInt64Array.of(10n, 9n, 9n, 10n).buffer);

test("images and labels are found under the names that people use", async () => {
  const half = Float32Array.from(PIXELS, (level) => level / 255).buffer;
  const words = new TextEncoder().encode("10\0" + "9\0\0" + "9\0\0" + "10\0").buffer;
  for (const [images, labels] of [
    [{ images: IMAGES }, { labels: LABELS }],
    [{ x_train: npy("<f4", [4, 4, 4, 1], half) }, { y_train: npy("|u1", [4, 1], Uint8Array.of(10, 9, 9, 10).buffer) }],
    [{ X: npy("|u1", [4, 1, 4, 4], PIXELS.buffer) }, { y: npy("|S3", [4], words) }],
  ]) {
    const { classes, pictures } = await labelled(npz({ ...images, ...labels }));
    assert.deepEqual(classes, ["9", "10"]);
    assert.deepEqual(pictures.map(({ label }) => label), [1, 0, 0, 1]);
    assert.deepEqual([...pictures[2].square().levels], [...PIXELS.subarray(32, 48)]);
    assert.deepEqual([pictures[2].square().side, pictures[2].square().channels], [4, 1]);
  }
  const given = await labelled(npz({ images: IMAGES, labels: npy("|u1", [4], Uint8Array.of(1, 0, 0, 1).buffer), classes: npy("<U2", [2], Uint32Array.of(0x732b, 0, 0x72d7, 0x72d7).buffer), x_test: IMAGES, y_test: npy("|u1", [4], Uint8Array.of(0, 0, 1, 1).buffer) }));
  assert.deepEqual(given.classes, ["猫", "狗狗"]);
  assert.deepEqual(given.pictures.map(({ tests }) => tests), [false, false, false, false, true, true, true, true]);
});

test("arrays that can't be images and labels are refused", async () => {
  const float = (/** @type {number} */ value) => npy("<f8", [1, 1, 1], Float64Array.of(value).buffer);
  const one = npy("|u1", [1], Uint8Array.of(0).buffer);
  for (const [key, arrays] of /** @type {[string, Record<string, Uint8Array<ArrayBuffer>>][]} */ ([
    ["arrays", { pixels: IMAGES }],
    ["pickle", { images: IMAGES, labels: npy("|O", [4], new ArrayBuffer(32)) }],
    ["pickle", { images: npy("|O", [4], new ArrayBuffer(32)), labels: LABELS }],
    ["counts", { images: IMAGES, labels: one }],
    ["labels_kind", { images: IMAGES, labels: npy("<f4", [4], new ArrayBuffer(16)) }],
    ["labels_shape", { images: IMAGES, labels: npy("|u1", [4, 2], new ArrayBuffer(8)) }],
    ["labels_range", { images: IMAGES, labels: LABELS, classes: npy("<U1", [2], Uint32Array.of(65, 66).buffer) }],
    ["images_shape", { images: npy("|u1", [4, 16], PIXELS.buffer), labels: LABELS }],
    ["images_shape", { images: npy("|u1", [0, 3, 3], new ArrayBuffer(0)), labels: npy("|u1", [0], new ArrayBuffer(0)) }],
    ["images_kind", { images: npy("|S1", [4, 4, 4], PIXELS.buffer), labels: LABELS }],
    ["fortran", { images: npy("|u1", [4, 4, 4], PIXELS.buffer, "True"), labels: LABELS }],
    ["kind", { images: npy("<c8", [4, 4, 4], new ArrayBuffer(512)), labels: LABELS }],
    ["array", { images: npy("|u1", [4000, 3000, 3000], PIXELS.buffer), labels: LABELS }],
    ["array", { images: TEXT, labels: LABELS }],
    ["nan", { images: float(NaN), labels: one }],
    ["levels", { images: float(-0.5), labels: one }],
    ["levels", { images: float(256), labels: one }],
  ])) {
    await assert.rejects(labelled(npz(arrays)), { key: `own.left.${key}` });
  }
});

const pictures = (/** @type {number} */ count, tests = false) =>
  Array.from({ length: count }, () => ({ found: { name: "", folder: null, tests, square: () => ({ side: 1, channels: 1, levels: [0] }) }, image: null }));

test("what would be held out is what the server holds out, and what can't be kept is said", () => {
  const classes = [1, 2, 10, 40].map((count) => ({ name: String(count), pictures: pictures(count) }));
  assert.deepEqual(heldOut(classes, 0.2), { train: 42, test: 11, single: ["1"] });
  const split = [{ name: "a", pictures: [...pictures(3), ...pictures(1, true)] }];
  assert.deepEqual(heldOut(split, 0.2), { train: 3, test: 1, single: [] });

  const wish = { title: "t", held_out: 0.2, seed: 1 };
  const none = { name: "", pictures: [] };
  const said = (/** @type {object} */ other, of = classes, unsorted = none) => wrong({ classes: of, unsorted }, { ...wish, ...other })?.key ?? "";
  assert.equal(said({}), "");
  assert.equal(said({ title: "" }), "own.wrong.title");
  assert.equal(said({ held_out: 1 }), "own.wrong.held_out");
  assert.equal(said({ held_out: NaN }), "own.wrong.held_out");
  assert.equal(said({ seed: 1.5 }), "own.wrong.seed");
  assert.equal(said({}, split), "own.wrong.classes");
  assert.equal(said({}, [...split, { name: "A", pictures: pictures(2) }]), "own.wrong.names");
  assert.equal(said({}, classes, { name: "", pictures: pictures(1) }), "own.wrong.unsorted");
  assert.equal(said({}, ["a", "b"].map((name) => ({ name, pictures: pictures(1) }))), "own.wrong.single");
});

test("what is sent is a head, labels and pixels, those for tests last", async () => {
  const image = (/** @type {number} */ level) => new Uint8Array(3).fill(level);
  const taken = [1, 2, 3].map((level) => ({ label: level % 2, tests: level === 1, image: image(level) }));
  const about = { title: "t", classes: ["a", "b"], size: 1, held_out: 0.2, seed: 1 };
  for (const [isGrey, pixels] of /** @type {[boolean, number[]][]} */ ([[true, [2, 3, 1]], [false, [2, 2, 2, 3, 3, 3, 1, 1, 1]]])) {
    const bytes = new Uint8Array(await packed(taken, { ...about, isGrey }).arrayBuffer());
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    assert.deepEqual(head, { ...about, channels: isGrey ? 1 : 3, images: 3, tests: 1 });
    assert.deepEqual([...bytes.subarray(4 + length)], [0, 1, 1, ...pixels]);
  }
});
