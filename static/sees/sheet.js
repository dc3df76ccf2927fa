import { contextOf } from "../base/dom.js";
import { colourIndices } from "../draw/colormap.js";

/**
 * The maps of one layer in one lane, or a page of them: those of its filters side by side on one canvas, as large as fits, nearest neighbour.
 *
 * @typedef {{rows: number, cols: number}} Size of a map
 *
 * How the maps lie, from that of filter `first` on: a map's pixel is a square of `cell` device pixels, and `gap` lies between two maps.
 * @typedef {Size & {first: number, count: number, across: number, cell: number, gap: number}} Plan
 */

/** CSS pixels between two maps. */
const GAP = 4;

/**
 * Arrange maps so that they are as large as possible, each of their pixels a whole number of device pixels, in as few lines as that
 * takes; where even one is too much for the height, it is exceeded.
 * @param {number} count
 * @param {Size} size
 * @param {{width: number, height: number}} space CSS pixels
 * @param {number} dpr device pixels per CSS pixel
 * @param {number} [first] filter
 * @returns {Plan}
 */
export function planSheet(count, { rows, cols }, space, dpr, first = 0) {
  const gap = Math.round(GAP * dpr);
  const [width, height] = [space.width * dpr + gap, space.height * dpr + gap];
  let best = { across: Math.max(1, Math.min(count, Math.floor(width / (cols + gap)))), cell: 0 };
  for (let across = count; across >= 1; across -= 1) {
    const down = Math.ceil(count / across);
    const cell = Math.floor(Math.min((width / across - gap) / cols, (height / down - gap) / rows));
    if (cell > best.cell) best = { across, cell };
  }
  return { first, count, rows, cols, gap, across: best.across, cell: Math.max(1, best.cell) };
}

/**
 * The place in the maps under a point.
 * @param {Plan} plan
 * @param {number} x device pixels
 * @param {number} y device pixels
 * @returns {{out: number, row: number, col: number} | null} null between the maps
 */
export function placeAt({ first, count, rows, cols, across, cell, gap }, x, y) {
  const [width, height] = [cols * cell, rows * cell];
  const [column, line] = [Math.floor(x / (width + gap)), Math.floor(y / (height + gap))];
  const at = line * across + column;
  const col = Math.floor((x - column * (width + gap)) / cell);
  const row = Math.floor((y - line * (height + gap)) / cell);
  const isInside = x >= 0 && y >= 0 && column < across && at < count && row < rows && col < cols;
  return isInside ? { out: first + at, row, col } : null;
}

/**
 * The next place in a direction: in the same map, or in the neighbouring one; at the border, the place itself.
 * @param {Plan} plan
 * @param {{out: number, row: number, col: number}} from
 * @param {number} dx −1, 0 or 1
 * @param {number} dy −1, 0 or 1
 */
export function nextPlace({ first, count, rows, cols, across }, from, dx, dy) {
  const [row, col] = [from.row + dy, from.col + dx];
  if (row >= 0 && row < rows && col >= 0 && col < cols) return { out: from.out, row, col };
  const column = ((from.out - first) % across) + dx;
  const out = from.out + dx + dy * across;
  if (column < 0 || column >= across || out < first || out >= first + count) return from;
  return { out, row: (row + rows) % rows, col: (col + cols) % cols };
}

/**
 * The top left corner of a place of a map in device pixels.
 * @param {Plan} plan
 * @param {{out: number, row: number, col: number}} place
 */
export function cornerOf({ first, rows, cols, across, cell, gap }, { out, row, col }) {
  const at = out - first;
  return { x: (at % across) * (cols * cell + gap) + col * cell, y: Math.floor(at / across) * (rows * cell + gap) + row * cell };
}

export class Sheet {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    /** All maps below each other, a device pixel for each of their pixels. */
    this.source = new OffscreenCanvas(1, 1);
    this.sourceContext = contextOf(this.source);
    this.image = new ImageData(1, 1);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.indices = new Uint8Array(1);
    /** @type {Plan | null} */
    this.plan = null;
  }

  /** @param {Plan} plan */
  fit(plan) {
    this.plan = plan;
    const { count, rows, cols, across, cell, gap } = plan;
    const down = Math.ceil(count / across);
    const { canvas, source } = this;
    canvas.width = across * (cols * cell + gap) - gap;
    canvas.height = down * (rows * cell + gap) - gap;
    canvas.style.width = `${canvas.width / devicePixelRatio}px`;
    canvas.style.height = `${canvas.height / devicePixelRatio}px`;
    source.width = cols;
    source.height = count * rows;
    this.image = new ImageData(cols, count * rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.indices = new Uint8Array(this.pixels.length);
  }

  /**
   * @param {import("../draw/paint.js").Band} maps [map, row, col] of this page
   * @param {number} absent the colour of a place without a value
   * @param {{filter: number, place: {out: number, row: number, col: number} | null}} marks  the selected filter, −1: none of these; the
   *   place that is pointed at
   * @param {{inner: string, outer: string, kernel: string}} outlines
   */
  paint({ values, limit, linear, table }, absent, { filter, place }, outlines) {
    const { plan, context, source, pixels, indices } = this;
    if (!plan) return;
    const { first, count, rows, cols, cell } = plan;
    const isHere = (/** @type {number} */ out) => out >= first && out < first + count;
    if (values) {
      colourIndices(values.subarray(0, pixels.length), limit, indices, linear);
      for (let at = 0; at < pixels.length; at += 1) pixels[at] = table[indices[at]];
    } else {
      pixels.fill(absent);
    }
    this.sourceContext.putImageData(this.image, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    const [width, height] = [cols * cell, rows * cell];
    for (let map = 0; map < count; map += 1) {
      const { x, y } = cornerOf(plan, { out: first + map, row: 0, col: 0 });
      context.drawImage(source, 0, map * rows, cols, rows, x, y, width, height);
    }
    const line = Math.max(1, Math.round(devicePixelRatio));
    if (isHere(filter)) {
      const { x, y } = cornerOf(plan, { out: filter, row: 0, col: 0 });
      this.#frame(x, y, width, height, 2 * line, outlines.kernel);
    }
    if (!place || !isHere(place.out)) return;
    const { x, y } = cornerOf(plan, place);
    this.#frame(x - 2 * line, y - 2 * line, cell + 4 * line, cell + 4 * line, line, outlines.outer);
    this.#frame(x - line, y - line, cell + 2 * line, cell + 2 * line, line, outlines.inner);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {number} thickness inwards
   * @param {string} colour
   */
  #frame(x, y, width, height, thickness, colour) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.strokeRect(x + thickness / 2, y + thickness / 2, width - thickness, height - thickness);
  }
}
