import { contextOf } from "../base/dom.js";
import { filtersPerPage, kernelOrigin, planPicture } from "./atlas.js";
import { framedKernels, paintBand } from "./paint.js";
import { mapOrigin, paintMaps, placeBox, sourceOf } from "./responses.js";

/**
 * The canvas of one layer in one lane: its kernels, or a page of them, in bands. Its pixels are those of the atlas, so a frame costs
 * one putImageData; where such a pixel is several device pixels wide, the browser enlarges it.
 *
 * @typedef {import("./atlas.js").Plan} Plan
 * @typedef {import("../state/tensors.js").Cell} Cell
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 * @typedef {import("../stream/protocol.js").Values} Values
 *
 * @typedef {import("./paint.js").Band} Band
 * @typedef {import("./responses.js").Size} Size
 *
 * @typedef {object} Outlines colours of the marks over the picture
 * @property {string} inner
 * @property {string} outer
 * @property {string} kernel
 * @property {string} edge    around kernels in colour
 * @property {string} change  around those that show changes
 */

/** CSS pixels; styles/board/panel.css has the same as a negative margin, so that the picture lies where the canvas would. */
const MARGIN = 3;
/** The opacity of the mark where the pointer is. */
export const FAINT = 0.55;

/** The panel of each canvas. @type {WeakMap<Element, Panel>} */
export const PANELS = new WeakMap();

export class Panel {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {KernelShape} shape
   */
  constructor(canvas, shape) {
    PANELS.set(canvas, this);
    this.canvas = canvas;
    this.shape = shape;
    this.context = contextOf(canvas);
    this.bands = 2;
    /** The size of each filter's map; null: there are none. @type {Size | null} */
    this.map = null;
    /** What each atlas pixel of a map shows; see `sourceOf`. */
    this.source = new Int32Array(0);
    /** The first filter of the page, and the number of filters per page. */
    this.first = 0;
    this.perPage = shape.out;
    /** The range of the page's filters among the layer's values. @type {import("../state/tensors.js").Stretch} */
    this.stretch = { from: 0, to: 0 };
    this.image = new ImageData(1, 1);
    this.pixels = new Uint32Array(this.image.data.buffer);
    /** @type {Plan | null} */
    this.plan = null;
    /** Atlas pixels per CSS pixel. */
    this.scale = 1;
    /** Atlas pixels: the thickness of outlines, and how far the canvas extends beyond the picture to hold them. */
    this.hair = 1;
    this.margin = 0;
    /** What the pixels show, by bands. @type {Band[]} */
    this.painted = [];
    /** Whether the canvas shows older pixels. */
    this.isStale = true;
    /** The cell that is outlined on the canvas, if it is on the page. @type {Cell | null} */
    this.outlined = null;
    /** The cell that is faintly marked. @type {Cell | null} */
    this.marked = null;
    /** The place of a map that is faintly marked. @type {import("../state/selection.js").MapPlace | null} */
    this.place = null;
  }

  /**
   * Make the picture as large as the space allows.
   * @param {{width: number, height: number}} space CSS pixels
   * @param {number} dpr
   * @param {{bands: number, map: Size | null, marks: boolean}} content
   * @param {number} filter must be on the page
   */
  resize({ width: space, height }, dpr, { bands, map, marks }, filter) {
    const { shape, canvas } = this;
    this.bands = bands;
    this.map = map;
    this.perPage = filtersPerPage(shape, space, dpr);
    this.first = filter - (filter % this.perPage);
    const out = Math.min(this.perPage, shape.out - this.first);
    const size = shape.in * shape.rows * shape.cols;
    this.stretch = { from: this.first * size, to: (this.first + out) * size };
    const plan = planPicture({ ...shape, out }, space, dpr, bands, { height, map, marks });
    this.source = map ? sourceOf(plan, map) : new Int32Array(0);
    this.plan = plan;
    this.image = new ImageData(plan.width, plan.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.painted = [];
    this.isStale = true;
    this.scale = dpr / plan.unit;
    this.hair = Math.max(1, Math.round(this.scale));
    this.margin = Math.round(MARGIN * this.scale);
    canvas.width = plan.width + 2 * this.margin;
    canvas.height = plan.height + 2 * this.margin;
    canvas.style.width = `${canvas.width / this.scale}px`;
    canvas.style.height = `${canvas.height / this.scale}px`;
    // Even at one to one a canvas may lie between device pixels: without smoothing, a line one pixel thin could vanish.
    canvas.style.imageRendering = plan.unit === 1 ? "auto" : "pixelated";
    // What a test needs to find a cell's pixels with draw/atlas.js.
    canvas.dataset.space = String(space);
    canvas.dataset.margin = String(this.margin);
    canvas.dataset.bands = String(bands);
    canvas.dataset.first = String(this.first);
  }

  get pages() {
    return Math.ceil(this.shape.out / this.perPage);
  }

  /**
   * Convert CSS pixels of the canvas to atlas pixels.
   * @param {number} offset
   */
  toAtlas(offset) {
    return offset * this.scale - this.margin;
  }

  /**
   * Convert atlas pixels to CSS pixels of the canvas.
   * @param {number} place
   */
  fromAtlas(place) {
    return (place + this.margin) / this.scale;
  }

  /**
   * Paint the pixels unless they show these bands already: a lane that has stopped gets the same numbers again and again.
   * @param {Band[]} bands with the maps last, if there are any
   * @param {number} absent the colour of a place without a value
   */
  paint(bands, absent) {
    const { plan, pixels, map } = this;
    if (!plan || bands.length !== this.bands + (map ? 1 : 0)) return;
    bands.forEach((next, band) => {
      if (looksLike(next, this.painted[band])) return;
      if (map && band === this.bands) paintMaps(plan, this.source, map.rows * map.cols, pixels, next, absent);
      else paintBand(plan, pixels, band, next.values, next.limit, next.table, absent, next.linear);
      this.painted[band] = next;
      this.isStale = true;
    });
  }

  /**
   * Put the painted atlas on screen, with the selected cell and its kernel outlined, and the cell, or the place of a map, that is pointed
   * at faintly marked.
   * @param {Cell | null} selected
   * @param {Cell | null} pointed
   * @param {import("../state/selection.js").MapPlace | null} place
   * @param {Outlines} outlines
   */
  show(selected, pointed, place, outlines) {
    const { plan, context, canvas, image, margin } = this;
    if (!plan || (!this.isStale && selected === this.outlined && pointed === this.marked && place === this.place)) return;
    // Outlines extend into the margin, which the picture doesn't cover.
    if (this.outlined || this.marked || this.place) context.clearRect(0, 0, canvas.width, canvas.height);
    context.putImageData(image, margin, margin);
    this.isStale = false;
    this.outlined = selected;
    this.marked = pointed;
    this.place = place;
    const [wide, high] = [plan.shape.cols * plan.cell, plan.shape.rows * plan.cell];
    for (const { x, y, frame } of framedKernels(plan, this.painted))
      this.#frame(margin + x, margin + y, wide, high, this.hair, outlines[frame]);
    const onPage = (/** @type {{out: number}} */ cell) => cell.out >= this.first && cell.out < this.first + plan.shape.out;
    for (let band = 0; band < plan.bands; band += 1) {
      if (pointed && onPage(pointed)) this.#mark(plan, band, pointed, outlines);
      if (selected && onPage(selected)) this.#outline(plan, band, selected, outlines);
    }
    if (this.map && selected && onPage(selected)) {
      const { x, y } = mapOrigin(plan, selected.out - this.first);
      this.#frame(margin + x, margin + y, plan.mapWidth, plan.mapHeight, this.hair, outlines.kernel);
    }
    if (!place || !onPage(place)) return;
    context.globalAlpha = FAINT;
    this.#ring(placeBox(plan, place.size, { ...place, out: place.out - this.first }), outlines);
    context.globalAlpha = 1;
  }

  /**
   * The top left corner of a cell in the first band, in CSS pixels of the canvas.
   * @param {Cell} cell on the page
   */
  cornerOf(cell) {
    const { plan } = this;
    if (!plan) return { x: 0, y: 0 };
    const { x, y } = kernelOrigin(plan, 0, cell.out - this.first, cell.in);
    return { x: this.fromAtlas(x + cell.col * plan.cell), y: this.fromAtlas(y + cell.row * plan.cell) };
  }

  /**
   * The top and the bottom of a kernel in each band, and of its filter's map, in CSS pixels of the canvas.
   * @param {Pick<Cell, "out" | "in">} kernel on the page
   * @returns {{top: number, bottom: number}[]}
   */
  extents({ out, in: channel }) {
    const { plan } = this;
    if (!plan) return [];
    const extent = (/** @type {number} */ y, /** @type {number} */ height) => ({
      top: this.fromAtlas(y),
      bottom: this.fromAtlas(y + height),
    });
    const bands = Array.from({ length: plan.bands }, (_, band) =>
      extent(kernelOrigin(plan, band, out - this.first, channel).y, plan.shape.rows * plan.cell),
    );
    return this.map ? [...bands, extent(mapOrigin(plan, out - this.first).y, plan.mapHeight)] : bands;
  }

  /**
   * @param {Plan} plan
   * @param {number} band
   * @param {Cell} selected
   * @param {Outlines} outlines
   */
  #outline(plan, band, selected, outlines) {
    const { margin, hair } = this;
    const { cell, shape } = plan;
    const { x, y } = kernelOrigin(plan, band, selected.out - this.first, selected.in);
    this.#frame(margin + x, margin + y, shape.cols * cell, shape.rows * cell, hair, outlines.kernel);
    this.#rings(plan, band, selected, outlines);
  }

  /**
   * @param {Plan} plan
   * @param {number} band
   * @param {Cell} pointed
   * @param {Outlines} outlines
   */
  #mark(plan, band, pointed, outlines) {
    this.context.globalAlpha = FAINT;
    this.#rings(plan, band, pointed, outlines);
    this.context.globalAlpha = 1;
  }

  /**
   * Draw two rings around a cell, light and dark, one of which is visible on any colour.
   * @param {Plan} plan
   * @param {number} band
   * @param {Cell} place
   * @param {Outlines} outlines
   */
  #rings(plan, band, place, outlines) {
    const { cell } = plan;
    const { x, y } = kernelOrigin(plan, band, place.out - this.first, place.in);
    this.#ring({ x: x + place.col * cell, y: y + place.row * cell, width: cell, height: cell }, outlines);
  }

  /**
   * @param {{x: number, y: number, width: number, height: number}} box in atlas pixels
   * @param {Outlines} outlines
   */
  #ring({ x, y, width, height }, outlines) {
    const { margin, hair } = this;
    this.#frame(margin + x, margin + y, width, height, 2 * hair, outlines.outer);
    this.#frame(margin + x, margin + y, width, height, hair, outlines.inner);
  }

  /**
   * Draw a frame outside a rectangle, so as not to cover its cells.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {number} thickness
   * @param {string} colour
   */
  #frame(x, y, width, height, thickness, colour) {
    const { context } = this;
    context.fillStyle = colour;
    context.fillRect(x - thickness, y - thickness, width + 2 * thickness, thickness);
    context.fillRect(x - thickness, y + height, width + 2 * thickness, thickness);
    context.fillRect(x - thickness, y, thickness, height);
    context.fillRect(x + width, y, thickness, height);
  }
}

/**
 * @param {Band} next
 * @param {Band | undefined} last
 */
function looksLike({ values, limit, linear, table }, last) {
  if (!last || limit !== last.limit || linear !== last.linear || table !== last.table) return false;
  if (!values || !last.values) return values === last.values;
  if (values.length !== last.values.length || values.constructor !== last.values.constructor) return false;
  for (let i = 0; i < values.length; i += 1) if (values[i] !== last.values[i]) return false;
  return true;
}
