import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing, sheetFrom, sheetOf } from "../../static/pad/drawing.js";
import { sizeIn } from "../../static/pad/file-size.js";
import { onGround } from "../../static/pad/files.js";
import { drawn, gridOf, paper } from "../../static/pad/ink.js";
import { centred, inkOf, inkOnPaper, levelsOf, middle, onDark, resampled } from "../../static/pad/scaling.js";

/** @param {number[][]} rows @returns {import("../../static/pad/ink.js").Picture} */
const picture = (rows) => ({ shape: [1, rows.length, rows[0].length], pixels: Float32Array.from(rows.flat()) });
/** @param {import("../../static/pad/ink.js").Picture} found @param {number} row @param {number} col */
const at = ({ shape: [, , cols], pixels }, row, col) => pixels[row * cols + col];

test("a coarser picture has the mean of what each of its pixels covers", () => {
  const fine = picture([
    [0, 1, 1, 1],
    [1, 0, 1, 1],
    [0, 0, 0.5, 0.5],
    [0, 0, 0.5, 0.5],
  ]);
  assert.deepEqual([...resampled(fine, { top: 0, left: 0, height: 4, width: 4 }, 2, 2).pixels], [0.5, 1, 0, 0.5]);
  // Where the edges of pixels don't meet, each counts by the share that is covered: (1·1 + 0.5·0) / 1.5.
  const three = resampled(picture([[1, 0, 0, 0]]), { top: 0, left: 0, height: 1, width: 3 }, 1, 2);
  assert.ok(Math.abs(three.pixels[0] - 1 / 1.5) < 1e-6);
  assert.equal(three.pixels[1], 0);
});

test("the middle of a picture has the proportions of what it becomes", () => {
  assert.deepEqual(middle(100, 300, 28, 28), { top: 0, left: 100, height: 100, width: 100 });
  assert.deepEqual(middle(300, 100, 10, 20), { top: 125, left: 0, height: 50, width: 100 });
  assert.deepEqual(middle(300, 100, 28, 28, true), { top: 0, left: -100, height: 300, width: 300 });
});

test("a digit is scaled into 20×20 and its centre of mass set into the centre of 28×28, as in MNIST", () => {
  // An L of 40×20 cells, on a sheet of 60×60: a bar down of 40×10, and a foot of 10×10 beside its lower end.
  const rows = Array.from({ length: 60 }, (_, row) =>
    Array.from({ length: 60 }, (_, col) => Number(row >= 5 && row < 45 && col >= 30 && (col < 40 || (row >= 35 && col < 50)))),
  );
  const found = centred(picture(rows));
  // Scaled by a half: a bar of 20×5 and a foot of 5×5. The centre of mass, from the upper left corner of its box:
  // down (100·10 + 25·17.5) / 125 = 11.5, right (100·2.5 + 25·7.5) / 125 = 3.5. To 14, 14 it moves by 2.5 and 10.5: by 3 and 11.
  assert.deepEqual(inkOf(found), { top: 3, left: 11, height: 20, width: 10 });
  assert.equal(at(found, 3, 11), 1);
  assert.equal(at(found, 3, 16), 0);
  assert.equal(at(found, 22, 20), 1);
  assert.equal(found.pixels.reduce((sum, level) => sum + level), 125);
});

test("by its extent a garment is trimmed, its longer side made 28 and its middle set into the middle, as in Fashion-MNIST", () => {
  // 56×16 cells in a corner, heavy at one end: where the mass is doesn't matter.
  const rows = Array.from({ length: 80 }, (_, row) => Array.from({ length: 80 }, (_, col) => (row < 56 && col < 16 ? (row < 8 ? 1 : 0.25) : 0.04)));
  const found = centred(picture(rows), "extent");
  assert.deepEqual(inkOf(found), { top: 0, left: 10, height: 28, width: 8 });
  assert.deepEqual([at(found, 3, 10), at(found, 4, 17), at(found, 27, 10), at(found, 0, 9)], [1, 0.25, 0.25, 0]);
  assert.deepEqual([centred(found, "extent").pixels], [found.pixels], "one that is set in already stays as it is");
});

test("a file on a light ground becomes its negative, whole however long it is, where images are set in by their extent", () => {
  assert.deepEqual([...onDark(picture([[1, 1, 1], [1, 0.25, 1], [1, 1, 1]])).pixels], [0, 0, 0, 0, 0.75, 0, 0, 0, 0]);
  const dark = picture([[0, 0, 0], [0, 0.25, 0], [0, 0, 0]]);
  assert.deepEqual(onDark(dark), dark, "it stays as it is");
  // A long dark garment on white, from edge to edge: 100×20, of which the middle would be a fifth.
  const long = picture(Array.from({ length: 100 }, (_, row) => Array.from({ length: 20 }, (_, col) => (col >= 5 && col < 15 ? (row < 50 ? 0 : 0.5) : 1))));
  const drawing = new Drawing({ image_shape: [1, 28, 28], centred: "extent" });
  drawing.lay(sheetOf(long, drawing));
  const down = Array.from({ length: 28 }, (_, row) => drawing.levels[row * 28 + 14]);
  assert.ok(down.slice(0, 13).every((level) => level > 250) && down.slice(15).every((level) => level > 120 && level < 130), String(down));
  assert.ok([0, 1, 26, 27].every((col) => drawing.levels[14 * 28 + col] === 0));
});

test("what is far off its own middle isn't cut off, a dot is scaled too, and without ink there is only paper", () => {
  // A heavy block with a long thin tail: its centre of mass lies near one end.
  const rows = Array.from({ length: 4 }, () => Array.from({ length: 40 }, (_, col) => Number(col < 4) || 0.11));
  const found = centred(picture(rows));
  assert.deepEqual([inkOf(found)?.left, inkOf(found)?.width], [8, 20]);
  assert.deepEqual(inkOf(centred(picture([[0, 0, 0], [0, 1, 0], [0, 0, 0]]))), { top: 4, left: 4, height: 20, width: 20 });
  assert.ok(centred(picture([[0, 0], [0, 0.05]])).pixels.every((level) => level === 0));
});

test("a brush is round and soft, and a stroke that crosses itself is no darker there", () => {
  const shape = gridOf([1, 20, 20]);
  const dot = drawn([{ places: [{ row: 0.5, col: 0.5 }], colour: [1], width: 0.2 }], paper(shape, [0]));
  assert.deepEqual(dot.shape, [1, 80, 80]);
  assert.equal(at(dot, 40, 40), 1);
  assert.equal(at(dot, 40, 60), 0);
  const edge = at(dot, 40, 47);
  assert.ok(edge > 0 && edge < 1, String(edge));
  assert.equal(at(dot, 47, 40), edge);
  const there = [{ row: 0.5, col: 0.2 }, { row: 0.5, col: 0.8 }];
  const once = drawn([{ places: there, colour: [0.5], width: 0.1 }], paper(shape, [0]));
  const back = drawn([{ places: [...there, ...there], colour: [0.5], width: 0.1 }], paper(shape, [0]));
  assert.deepEqual(back.pixels, once.pixels);
  // Nothing outside the picture is drawn, and nothing goes wrong there.
  const off = drawn([{ places: [{ row: -1, col: -1 }, { row: 2, col: 2 }], colour: [1], width: 0.1 }], paper(shape, [0]));
  assert.equal(at(off, 0, 0), 1);
});

test("each channel has its own ground and ink", () => {
  const found = drawn([{ places: [{ row: 0.5, col: 0.5 }], colour: [1, 0, 0.5], width: 0.5 }], paper(gridOf([3, 4, 4]), [0.5, 0.5, 0.5]));
  const size = 16 * 16;
  const centre = 8 * 16 + 8;
  assert.deepEqual([0, 1, 2].map((channel) => found.pixels[channel * size + centre]), [1, 0, 0.5]);
  assert.deepEqual([0, 1, 2].map((channel) => found.pixels[channel * size]), [0.5, 0.5, 0.5]);
});

test("a photograph of a drawing becomes light ink on dark paper, whichever way it was", () => {
  const dark = picture([[0.8, 0.8, 0.8, 0.8], [0.8, 0, 0.72, 0.8], [0.8, 0.4, 0.8, 0.8], [0.8, 0.8, 0.8, 0.8]]);
  const { pixels } = inkOnPaper(dark);
  const near = (/** @type {number} */ one, /** @type {number} */ other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} ${other}`);
  near(pixels[5], 1);
  near(pixels[6], 0); // a shadow
  near(pixels[9], (0.5 - 0.1) / 0.9);
  near(pixels[0], 0);
  const light = inkOnPaper({ ...dark, pixels: dark.pixels.map((value) => 1 - value) });
  light.pixels.forEach((value, place) => near(value, pixels[place]));
  assert.ok(inkOnPaper(picture([[0.5, 0.5], [0.5, 0.5]])).pixels.every((value) => value === 0));
});

test("light that falls from one side is no ink, nor is a sheet of one colour", () => {
  const size = 21;
  const place = (/** @type {number} */ at) => [Math.floor(at / size), at % size];
  // A cross on paper that is half as light at its upper left corner as at the lower right one.
  const light = Float32Array.from({ length: size * size }, (_, at) => {
    const [row, col] = place(at);
    const isInk = (row === 10 || col === 10) && row > 4 && row < 16 && col > 4 && col < 16;
    return 0.5 + 0.0125 * (row + col) - Number(isInk) * 0.4;
  });
  const { pixels } = inkOnPaper({ shape: [1, size, size], pixels: light });
  pixels.forEach((value, at) => {
    const [row, col] = place(at);
    const isInk = (row === 10 || col === 10) && row > 4 && row < 16 && col > 4 && col < 16;
    assert.ok(Math.abs(value - Number(isInk)) < 1e-5, `${row}, ${col}: ${value}`);
  });
  for (const levels of [[[0.5]], [[0.5, 0.5, 0.51]], [[1], [1], [1]]]) {
    assert.ok(inkOnPaper(picture(levels)).pixels.every((value) => value === 0));
  }
});

test("what is transparent becomes the ground on which the rest is seen", () => {
  const of = (/** @type {number[][]} */ ...pixels) => [...onGround(Uint8ClampedArray.from(pixels.flat()), 1, pixels.length).pixels];
  assert.deepEqual(of([0, 0, 0, 255], [0, 0, 0, 0]), [0, 1, 0, 1, 0, 1], "black ink on white");
  assert.deepEqual(of([255, 255, 255, 255], [9, 9, 9, 0]), [1, 0, 1, 0, 1, 0], "white ink on black");
  assert.deepEqual(of([255, 0, 0, 51], [0, 0, 0, 0]).map((value) => Math.round(10 * value)), [10, 10, 8, 10, 8, 10], "a faint red");
  assert.deepEqual(of([0, 51, 255, 255]).map((value) => Math.round(10 * value)), [0, 2, 10]);
});

test("strokes are taken back one after another, and so is an empty sheet", () => {
  const drawing = new Drawing({ image_shape: [1, 28, 28], centred: "mass" });
  const empty = drawing.levels;
  assert.ok(drawing.isEmpty && empty.every((level) => level === 0));
  drawing.begin({ row: 0.2, col: 0.3 });
  drawing.extend([{ row: 0.8, col: 0.3 }]);
  const during = drawing.levels;
  drawing.end();
  assert.deepEqual(drawing.levels, during, "the same when it has ended");
  // A line down is set into the middle: its centre of mass is the picture's.
  const columns = Array.from({ length: 28 }, (_, col) => Array.from({ length: 28 }, (_, row) => during[row * 28 + col]).reduce((sum, level) => sum + level));
  assert.ok(Math.abs(columns.reduce((sum, ink, col) => sum + ink * (col + 0.5), 0) / columns.reduce((sum, ink) => sum + ink) - 14) <= 0.5);
  drawing.begin({ row: 0.5, col: 0.7 });
  drawing.end();
  assert.notDeepEqual(drawing.levels, during);
  drawing.begin({ row: 0.1, col: 0.1 });
  drawing.undo();
  drawing.extend([{ row: 0.9, col: 0.9 }]);
  drawing.end();
  drawing.undo();
  assert.deepEqual(drawing.levels, during, "a second finger has taken a stroke back: the pen draws on no other one");
  drawing.begin({ row: 0.5, col: 0.7 });
  drawing.end();
  drawing.clear();
  assert.deepEqual(drawing.levels, empty);
  drawing.undo();
  drawing.undo();
  assert.deepEqual(drawing.levels, during);
  drawing.undo();
  assert.ok(drawing.isEmpty);
});

test("however often the sheet is cleared, only the last sheets are kept to be taken back", () => {
  const drawing = new Drawing({ image_shape: [1, 28, 28], centred: "" });
  const inks = Array.from({ length: 50 }, (_, time) => {
    drawing.begin({ row: 0.5, col: time / 50 });
    drawing.end();
    const { levels } = drawing;
    drawing.clear();
    return levels;
  });
  assert.equal(drawing.done.filter((one) => "pixels" in one).length, 16);
  for (const levels of inks.slice(-15).reverse()) {
    drawing.undo();
    assert.deepEqual(drawing.levels, levels);
    drawing.undo();
  }
  drawing.undo();
  assert.ok(drawing.isEmpty);
});

test("colour is drawn on white, and a picture's middle is drawn on", () => {
  const drawing = new Drawing({ image_shape: [3, 4, 4], centred: "" });
  assert.ok(drawing.levels.every((level) => level === 255));
  drawing.colour = [1, 0, 0.2];
  drawing.fill();
  assert.deepEqual([...drawing.levels], [255, 0, 51].flatMap((level) => Array(16).fill(level)), "a background");
  drawing.undo();
  const red = { shape: /** @type {[number, number, number]} */ ([3, 8, 24]), pixels: Float32Array.from({ length: 3 * 192 }, (_, at) => Number(at < 192 && at % 24 >= 8 && at % 24 < 16)) };
  drawing.lay(sheetOf(red, drawing));
  assert.deepEqual([...drawing.levels], [...Array(16).fill(255), ...Array(32).fill(0)]);
  drawing.lay(sheetFrom(Uint8Array.from({ length: 48 }, (_, at) => at), drawing));
  assert.deepEqual([...drawing.levels], Array.from({ length: 48 }, (_, at) => at));
});

test("levels are whole numbers from 0 to 255", () => {
  assert.deepEqual([...levelsOf(picture([[-0.1, 0, 0.5, 1, 1.2]]))], [0, 0, 128, 255, 255]);
});

test("a file says in its first bytes how large its picture is", () => {
  const bytes = (/** @type {(number | string)[]} */ ...parts) =>
    Uint8Array.from(parts.flatMap((one) => (typeof one === "string" ? [...one].map((letter) => letter.charCodeAt(0)) : [one])));
  const zeros = (/** @type {number} */ count) => Array.from({ length: count }, () => 0);
  assert.deepEqual(sizeIn(bytes(0x89, "PNG\r\n", 0x1a, "\n", 0, 0, 0, 13, "IHDR", 0, 1, 0, 0, 0, 0, 2, 1)), { type: "png", width: 65536, height: 513 });
  assert.deepEqual(sizeIn(bytes("GIF89a", 4, 1, 2, 0)), { type: "gif", width: 260, height: 2 });
  assert.deepEqual(sizeIn(bytes("BM", ...zeros(16), 3, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff)), { type: "bmp", width: 3, height: 2 });
  assert.deepEqual(sizeIn(bytes("RIFF", ...zeros(4), "WEBPVP8X", ...zeros(8), 1, 0, 0, 2, 0, 1)), { type: "webp", width: 2, height: 65539 });
  assert.deepEqual(sizeIn(bytes("RIFF", ...zeros(4), "WEBPVP8L", ...zeros(4), 0x2f, 1, 0x40, 0, 0)), { type: "webp", width: 2, height: 2 });
  assert.deepEqual(sizeIn(bytes("RIFF", ...zeros(4), "WEBPVP8 ", ...zeros(10), 7, 0, 9, 0)), { type: "webp", width: 7, height: 9 });
  // Metadata and a table of Huffman codes come before the frame of a JPEG.
  const jpeg = [0xff, 0xd8, 0xff, 0xe1, 0, 4, 9, 9, 0xff, 0xc4, 0, 3, 9, 0xff, 0xc2, 0, 11, 8, 1, 2, 3, 4];
  assert.deepEqual(sizeIn(bytes(...jpeg)), { type: "jpeg", width: 772, height: 258 });
  for (const broken of [[], ["GIF"], jpeg.slice(0, 16), [0xff, 0xd8, 0, 0, 0], ["<svg xmlns="], ["GIF89a", 0, 0, 2, 0]]) {
    assert.equal(sizeIn(bytes(...broken)), null);
  }
});
