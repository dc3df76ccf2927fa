/**
 * Paint kernels as the page does, and write them as a PNG: {theme, limits, shape: [lane, filter, channel, row, col], weights} as JSON on
 * the standard input. A row for each lane, its filters side by side, a pixel a weight (of three channels: one colour), and one between.
 */
import { readFileSync, writeSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import { Buffer } from "node:buffer";

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

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const bytes = Buffer.from(pixels.buffer);
const lines = Buffer.concat(
  Array.from({ length: height }, (_, line) => Buffer.concat([Buffer.of(0), bytes.subarray(4 * width * line, 4 * width * (line + 1))])),
);
const head = Buffer.alloc(13);
head.writeUInt32BE(width, 0);
head.writeUInt32BE(height, 4);
head.set([8, 6, 0, 0, 0], 8); // 8 bits a channel, RGBA
const png = [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))];
writeSync(1, Buffer.concat(png));
