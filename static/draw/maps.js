import { contextOf } from "../base/dom.js";
import { colourIndices } from "./colormap.js";
import { mixKernels } from "./mixing.js";

/**
 * The feature maps of one layer beside each other: each as large as fits, nearest neighbour, on one colour scale.
 */

/** CSS pixels between two maps. */
const GAP = 1;
/** The most maps of a layer that are shown. */
export const MOST_MAPS = 32;

export class Maps {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.source = new OffscreenCanvas(1, 1);
    this.sourceContext = contextOf(this.source);
  }

  /**
   * @param {import("../stream/protocol.js").Values} values  [map, row, col], or in colour [map, channel, row, col]
   * @param {{rows: number, cols: number}} map
   * @param {{across: number, cell: number, gap?: number, inColour?: boolean}} tiling  `cell`, `gap`: CSS pixels
   * @param {Uint32Array} table
   * @param {number} limit of the colour scale
   */
  paint(values, { rows, cols }, { across, cell, gap: between = GAP, inColour = false }, table, limit) {
    const { canvas, context, source, sourceContext } = this;
    const size = (inColour ? 3 : 1) * rows * cols;
    const count = Math.min(MOST_MAPS, values.length / size);
    const down = Math.ceil(count / across);
    canvas.hidden = false;
    const gap = Math.round(between * devicePixelRatio);
    const [width, height] = [Math.floor(cols * cell * devicePixelRatio), Math.floor(rows * cell * devicePixelRatio)];
    Object.assign(canvas, { width: across * (width + gap) - gap, height: down * (height + gap) - gap });
    canvas.style.width = `${canvas.width / devicePixelRatio}px`;
    canvas.style.height = `${canvas.height / devicePixelRatio}px`;
    Object.assign(source, { width: cols, height: rows });
    const image = sourceContext.createImageData(cols, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const indices = new Uint8Array(size);
    context.imageSmoothingEnabled = false;
    for (let map = 0; map < count; map += 1) {
      colourIndices(values.subarray(map * size, (map + 1) * size), limit || 1, indices);
      if (inColour) mixKernels(indices, pixels.length, table, pixels);
      else for (let i = 0; i < pixels.length; i += 1) pixels[i] = table[indices[i]];
      sourceContext.putImageData(image, 0, 0);
      context.drawImage(source, (map % across) * (width + gap), Math.floor(map / across) * (height + gap), width, height);
    }
  }

  clear() {
    this.canvas.hidden = true;
  }
}

/**
 * The largest magnitude.
 * @param {Iterable<number>} values
 */
export function reach(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

/** A scale holds while the largest value lies between this share of its end and the end. */
const LEAST = 1 / 3;
/** How far a new scale reaches beyond the largest value. */
const ROOM = 1.2;

/**
 * The end of a scale that holds as long as it can, so that colours keep their meaning while it trains.
 * @param {number} before its end so far; 0: there is none
 * @param {number} needed the largest magnitude
 */
export function heldLimit(before, needed) {
  return needed <= before && needed >= before * LEAST ? before : needed * ROOM;
}
