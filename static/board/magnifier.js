import { contextOf } from "../base/dom.js";
import { colourIndices } from "../draw/colormap.js";
import { mixKernels } from "../draw/mixing.js";
import { FAINT } from "../draw/panel.js";

/**
 * One kernel, large, in a canvas of its own.
 *
 * @typedef {{row: number, col: number}} Place
 */
export class Magnifier {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.source = new OffscreenCanvas(1, 1);
    this.sourceContext = contextOf(this.source);
    this.cell = 0;
    /** Whether it shows a kernel, whose cells can be pointed at. */
    this.isKernel = false;
  }

  /**
   * Resize the canvas, if necessary, to a whole number of device pixels per cell.
   * @param {number} rows
   * @param {number} cols
   * @param {{width: number, height: number}} space in CSS pixels
   * @param {number} dpr
   */
  fit(rows, cols, space, dpr) {
    const cell = Math.max(1, Math.floor(Math.min((space.width * dpr) / cols, (space.height * dpr) / rows)));
    if (cell === this.cell && this.source.width === cols && this.source.height === rows) return;
    this.cell = cell;
    this.source.width = cols;
    this.source.height = rows;
    this.canvas.width = cols * cell;
    this.canvas.height = rows * cell;
    this.canvas.style.width = `${(cols * cell) / dpr}px`;
    this.canvas.style.height = `${(rows * cell) / dpr}px`;
  }

  /**
   * @param {import("../draw/paint.js").Band} picture of the kernel or map, row by row; of a kernel in colour, its three channels
   * @param {number} absent
   * @param {{selected: Place, pointed: Place | null} | null} marks null: it is no kernel, but a map
   * @param {{inner: string, outer: string}} colours of the marks
   */
  paint({ values, limit, linear, table }, absent, marks, colours) {
    const { context, sourceContext, source, canvas } = this;
    this.isKernel = marks !== null;
    const image = sourceContext.createImageData(source.width, source.height);
    const pixels = new Uint32Array(image.data.buffer);
    const indices = new Uint8Array(values?.length ?? 0);
    if (values) colourIndices(values, limit, indices, linear);
    if (values && values.length > pixels.length) mixKernels(indices, pixels.length, table, pixels);
    else for (let i = 0; i < pixels.length; i += 1) pixels[i] = values ? table[indices[i]] : absent;
    sourceContext.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    if (!values || !marks) return;
    if (marks.pointed) {
      context.globalAlpha = FAINT;
      this.#mark(marks.pointed, colours);
      context.globalAlpha = 1;
    }
    this.#mark(marks.selected, colours);
  }

  /**
   * Find the cell at a place.
   * @param {number} x CSS pixels of the canvas
   * @param {number} y
   * @returns {Place | null}
   */
  cellAt = (x, y) => {
    const { source, canvas } = this;
    const [row, col] = [Math.floor((y * source.height) / canvas.clientHeight), Math.floor((x * source.width) / canvas.clientWidth)];
    return this.isKernel && row >= 0 && col >= 0 && row < source.height && col < source.width ? { row, col } : null;
  };

  /**
   * @param {Place} marked
   * @param {{inner: string, outer: string}} colours
   */
  #mark(marked, colours) {
    const { context, cell } = this;
    const line = Math.max(1, Math.round(cell / 10));
    for (const [inset, colour] of /** @type {const} */ ([
      [0, colours.outer],
      [line, colours.inner],
    ])) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(
        marked.col * cell + inset + line / 2,
        marked.row * cell + inset + line / 2,
        cell - 2 * inset - line,
        cell - 2 * inset - line,
      );
    }
  }
}
