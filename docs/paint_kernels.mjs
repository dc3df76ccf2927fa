/**
 * Paint kernels as the page does, and write their pixels, of four bytes each: {theme, limits, shape: [lane, filter, channel, row, col],
 * weights} as JSON on the standard input. A row for each lane, its filters side by side, a pixel a weight (of three channels: one
 * colour), and one between.
 */
import { readFileSync, writeSync } from "node:fs";

import { colourIndices, colourTable } from "../static/draw/colormap.js";
import { mixKernels } from "../static/draw/mixing.js";

const { theme, limits, shape, weights } = JSON.parse(readFileSync(0, "utf8"));
const [lanes, filters, channels, rows, cols] = shape;
const [width, height] = [filters * (cols + 1) - 1, lanes * (rows + 1) - 1];
const table = colourTable("weight", theme);
const indices = new Uint8Array(weights.length);
const each = weights.length / lanes;
limits.forEach((limit, lane) => {
  const [from, to] = [lane * each, (lane + 1) * each];
  colourIndices(Float32Array.from(weights.slice(from, to)), limit, indices.subarray(from, to));
});
const cells = rows * cols;
const kernels = new Uint32Array(lanes * filters * cells);
if (channels === 3) mixKernels(indices, cells, table, kernels);
else kernels.forEach((_, at) => (kernels[at] = table[indices[at + Math.floor(at / cells) * (channels - 1) * cells]]));

const pixels = new Uint32Array(width * height);
kernels.forEach((colour, at) => {
  const [kernel, cell] = [Math.floor(at / cells), at % cells];
  const [lane, filter] = [Math.floor(kernel / filters), kernel % filters];
  const [row, col] = [Math.floor(cell / cols), cell % cols];
  pixels[(lane * (rows + 1) + row) * width + filter * (cols + 1) + col] = colour;
});
writeSync(1, new Uint8Array(pixels.buffer));
