import assert from "node:assert/strict";
import { test } from "node:test";

import { cellAt, filtersPerPage, kernelOrigin, neighbour, planPicture } from "../../static/draw/atlas.js";
import { ABOVE, ZERO } from "../../static/draw/colormap.js";
import { paintBand } from "../../static/draw/paint.js";
import { mapAt, mapNeighbour, paintMaps, placeBox, sourceOf } from "../../static/draw/responses.js";
import { flatIndex } from "../../static/state/tensors.js";

const bands = [0, 1, 2];
// Rows and columns differ, so that a slip of axes shows.
const shapes = {
  "one channel": { out: 8, in: 1, rows: 7, cols: 6 },
  "three channels": { out: 6, in: 3, rows: 4, cols: 5 },
  deep: { out: 16, in: 8, rows: 5, cols: 4 },
};
/** An identity table: a painted pixel says which entry it was. */
const table = Uint32Array.from({ length: 256 }, (_, index) => index);

for (const [name, shape] of Object.entries(shapes)) {
  for (const [space, dpr] of [[264, 1], [545, 1], [312, 3], [264, 1.5], [60, 1]]) {
    const plan = planPicture(shape, space, dpr, bands.length);

    test(`${name}, ${space} px at ${dpr}: every cell is found where it is drawn`, () => {
      for (const band of bands) {
        for (let out = 0; out < shape.out; out += 1) {
          for (let channel = 0; channel < shape.in; channel += 1) {
            const { x, y } = kernelOrigin(plan, band, out, channel);
            for (const [row, col] of [[0, 0], [0, shape.cols - 1], [shape.rows - 1, 0], [1, 2]]) {
              const expected = { band, out, in: channel, row, col };
              const left = x + col * plan.cell;
              const top = y + row * plan.cell;
              assert.deepEqual(cellAt(plan, left, top), expected);
              assert.deepEqual(cellAt(plan, left + plan.cell - 0.01, top + plan.cell - 0.01), expected);
            }
          }
        }
      }
    });

    test(`${name}, ${space} px at ${dpr}: no two kernels touch, none leaves the picture`, () => {
      const owner = new Int32Array(plan.width * plan.height).fill(-1);
      let id = 0;
      for (const band of bands) {
        for (let out = 0; out < shape.out; out += 1) {
          for (let channel = 0; channel < shape.in; channel += 1, id += 1) {
            const { x, y } = kernelOrigin(plan, band, out, channel);
            const right = x + shape.cols * plan.cell;
            const bottom = y + shape.rows * plan.cell;
            assert.ok(x >= 0 && y >= 0 && right <= plan.width && bottom <= plan.height);
            for (let py = y; py < bottom; py += 1) {
              for (let px = x; px < right; px += 1) {
                assert.equal(owner[py * plan.width + px], -1);
                owner[py * plan.width + px] = id;
              }
            }
          }
        }
      }
    });
  }

  test(`${name}: a marked weight colours its own cell and no other`, () => {
    const plan = planPicture(shape, 400, 1, bands.length);
    const marked = { out: 5, in: shape.in - 1, row: 1, col: 3 };
    for (const band of bands) {
      const values = new Float32Array(shape.out * shape.in * shape.rows * shape.cols);
      values[flatIndex(shape, marked)] = 1;
      const pixels = new Uint32Array(plan.width * plan.height);
      paintBand(plan, pixels, band, values, 0.5, table, 999);
      const coloured = new Set();
      pixels.forEach((entry, index) => {
        if (entry !== ABOVE) return;
        coloured.add(JSON.stringify(cellAt(plan, index % plan.width, Math.floor(index / plan.width))));
      });
      assert.deepEqual([...coloured], [JSON.stringify({ band, ...marked })]);
      const painted = pixels.filter((entry) => entry === ABOVE || entry === ZERO).length;
      assert.equal(painted, values.length * plan.cell ** 2);
      assert.equal(pixels.filter((entry) => entry === ABOVE).length, plan.cell ** 2);
    }
  });
}

test("the gaps belong to no cell", () => {
  const plan = planPicture(shapes["one channel"], 264, 1, 2);
  assert.equal(cellAt(plan, 6 * plan.cell + 1, 3), null);
  assert.equal(cellAt(plan, 3, 7 * plan.cell + 1), null);
  assert.equal(cellAt(plan, -1, 3), null);
  assert.equal(cellAt(plan, 3, plan.height), null);
});

test("cells fill the room and are a whole number of device pixels", () => {
  const conv1 = { out: 8, in: 1, rows: 7, cols: 7 };
  const plan = planPicture(conv1, 264, 1, bands.length);
  assert.deepEqual([plan.perRow, plan.cell * plan.unit], [4, 8]);
  assert.ok(plan.width <= 264);
  const fine = planPicture(conv1, 264, 2, bands.length);
  assert.ok(Number.isInteger(fine.cell) && fine.unit === 2 && fine.width * fine.unit <= 528);
});

test("rows of filters come out even", () => {
  for (const out of [1, 2, 8, 16, 32]) {
    for (const space of [264, 545, 1200]) {
      assert.equal(out % planPicture({ out, in: 1, rows: 7, cols: 7 }, space, 1, 2).perRow, 0);
    }
  }
});

test("levels are painted like the values that they stand for", () => {
  const plan = planPicture(shapes.deep, 400, 1, 2);
  const levels = Int8Array.from({ length: 16 * 8 * 5 * 4 }, (_, index) => (index % 256) - 128);
  const values = Float32Array.from(levels, (level) => (level === -128 ? NaN : level / 126));
  const [one, other] = [levels, values].map((given) => {
    const pixels = new Uint32Array(plan.width * plan.height);
    paintBand(plan, pixels, 0, given, 1, table, 999);
    return pixels;
  });
  assert.deepEqual(one, other);
});

test("without values the places are shown, not zeros", () => {
  const plan = planPicture(shapes["one channel"], 264, 1, 2);
  const pixels = new Uint32Array(plan.width * plan.height);
  paintBand(plan, pixels, 1, null, 0, table, 999);
  assert.ok(pixels.includes(999) && !pixels.includes(ZERO));
});

test("the keys move to the cell that is seen next in their direction", () => {
  const tiles = planPicture(shapes["one channel"], 264, 1, 2);
  assert.equal(tiles.perRow, 4);
  const corner = { out: 0, in: 0, row: 6, col: 5 };
  assert.deepEqual(neighbour(tiles, corner, 1, 0), { out: 1, in: 0, row: 6, col: 0 });
  assert.deepEqual(neighbour(tiles, corner, 0, 1), { out: 4, in: 0, row: 0, col: 5 });
  assert.deepEqual(neighbour(tiles, corner, -1, 0), { out: 0, in: 0, row: 6, col: 4 });
  const edge = { out: 3, in: 0, row: 0, col: 5 };
  assert.deepEqual(neighbour(tiles, edge, 1, 0), edge);
  assert.deepEqual(neighbour(tiles, edge, 0, -1), edge);

  const grid = planPicture(shapes.deep, 264, 1, 2);
  const inner = { out: 2, in: 3, row: 4, col: 3 };
  assert.deepEqual(neighbour(grid, inner, 1, 0), { out: 3, in: 3, row: 4, col: 0 });
  assert.deepEqual(neighbour(grid, inner, 0, 1), { out: 2, in: 4, row: 0, col: 3 });

  const coloured = planPicture(shapes["three channels"], 400, 1, 2);
  const slice = { out: 0, in: 2, row: 0, col: 4 };
  assert.deepEqual(neighbour(coloured, slice, 1, 0), { out: 1, in: 0, row: 0, col: 0 });
});

test("what couldn't be seen at once comes on pages, and a cell is never too small to be pointed at", () => {
  assert.equal(filtersPerPage(shapes.deep, 264, 1), 16);
  assert.equal(filtersPerPage({ out: 64, in: 1, rows: 7, cols: 7 }, 264, 1), 32);
  const wide = { out: 64, in: 64, rows: 5, cols: 5 };
  for (const [space, dpr] of [[196, 1], [264, 1], [264, 2], [545, 1.5], [1200, 1]]) {
    const out = filtersPerPage(wide, space, dpr);
    assert.ok(out >= 1 && out < 64);
    const plan = planPicture({ ...wide, out }, space, dpr, 2);
    assert.ok(plan.cell >= 2 && plan.width * plan.unit <= space * dpr, `${space} at ${dpr}: ${plan.width} of cells of ${plan.cell}`);
    assert.ok(out * 64 * 25 <= 40_000);
  }
  assert.equal(filtersPerPage({ out: 3, in: 9000, rows: 9, cols: 9 }, 264, 1), 1, "one filter at least");
});

test("where there is room, a few kernels grow: shorter rows of larger cells, no higher than the room", () => {
  const few = { out: 4, in: 1, rows: 5, cols: 5 };
  const low = planPicture(few, 264, 1, 2);
  const high = planPicture(few, 264, 1, 2, { height: 450 });
  assert.deepEqual([low.perRow, high.perRow], [4, 2]);
  assert.ok(high.cell > 1.4 * low.cell && high.height <= 450 && high.width <= 264);
  // On a wall cells stay cells.
  assert.equal(planPicture(few, 1200, 1, 2, { height: 2000 }).cell, 32);
  // Where larger cells would not fit, the row is the usual one.
  const usual = { out: 8, in: 1, rows: 7, cols: 7 };
  assert.deepEqual(planPicture(usual, 264, 1, 2, { height: 220 }), planPicture(usual, 264, 1, 2));
});

test("a map below each filter is as wide as the filter, of its own resolution, and found where it is drawn", () => {
  const size = { rows: 28, cols: 28 };
  for (const shape of Object.values(shapes)) {
    const plan = planPicture(shape, 264, 1, 1, { map: size });
    const source = sourceOf(plan, size);
    const values = new Float32Array(shape.out * 28 * 28);
    const marked = { out: 5, row: 9, col: 20 };
    values.fill(1, (marked.out * 28 + marked.row) * 28, (marked.out * 28 + marked.row + 1) * 28);
    const pixels = new Uint32Array(plan.width * plan.height);
    paintMaps(plan, source, 28 * 28, pixels, { values, limit: 0.5, linear: 0, table }, 999);
    const filterWidth = plan.kind === "tiles" ? (shape.in - 1) * plan.slice + shape.cols * plan.cell : shape.cols * plan.cell;
    // Narrow columns share their width, so that a map can be recognised.
    const width = filterWidth + (plan.mapLines - 1) * plan.pitchX;
    assert.ok(width >= 28 && (plan.mapLines === 1 || filterWidth < 28));
    assert.equal(pixels.filter((entry) => entry !== 0).length, shape.out * width ** 2);
    pixels.forEach((entry, index) => {
      const at = mapAt(plan, size, index % plan.width, Math.floor(index / plan.width));
      assert.equal(at !== null, entry !== 0);
      if (at) assert.equal(entry === ABOVE, at.out === marked.out && at.row === marked.row);
      if (at) assert.equal(cellAt(plan, index % plan.width, Math.floor(index / plan.width)), null);
    });
    // Where a place is marked, it is found; and the keys reach every place of every map.
    const place = { out: shape.out - 1, row: size.rows - 1, col: 1 };
    const box = placeBox(plan, size, place);
    assert.deepEqual(mapAt(plan, size, box.x + box.width / 2, box.y + box.height / 2), place);
    const reached = new Set();
    const queue = [{ out: 0, row: 0, col: 0 }];
    for (let from = queue.pop(); from; from = queue.pop()) {
      if (reached.has(JSON.stringify(from))) continue;
      reached.add(JSON.stringify(from));
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        const next = mapNeighbour(plan, size, from, dx, dy);
        if (next === "below" && plan.kind === "tiles" && from.out + plan.perRow < shape.out) queue.push({ out: from.out + plan.perRow, row: 0, col: from.col });
        if (next !== null && typeof next === "object") queue.push(next);
      }
    }
    assert.equal(reached.size, shape.out * size.rows * size.cols);
  }
});
