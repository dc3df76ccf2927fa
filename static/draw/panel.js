import { kernelOrigin, planPicture } from "./atlas.js";
import { paintQuantity } from "./paint.js";

/**
 * One canvas that lives as long as its lane and layer: the kernels of that layer in that lane, each with its gradient.
 * A frame costs one putImageData of the atlas and one drawImage without smoothing.
 *
 * @typedef {import("./atlas.js").Plan} Plan
 * @typedef {import("./colormap.js").Palette} Palette
 * @typedef {import("../types.js").Cell} Cell
 * @typedef {import("../types.js").KernelShape} KernelShape
 * @typedef {import("../types.js").Quantity} Quantity
 *
 * @typedef {object} Outlines colours of the marks over the picture
 * @property {string} inner
 * @property {string} outer
 * @property {string} kernel
 */

/** CSS pixels; styles/board.css takes them back, so that the picture stands where the canvas would. */
const MARGIN = 3;
const QUANTITIES = /** @type {Quantity[]} */ (["weight", "gradient"]);

export class Panel {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {KernelShape} shape
   */
  constructor(canvas, shape) {
    this.canvas = canvas;
    this.shape = shape;
    this.context = context2d(canvas);
    this.atlas = new OffscreenCanvas(1, 1);
    this.atlasContext = context2d(this.atlas);
    this.image = this.atlasContext.createImageData(1, 1);
    /** @type {Plan | null} */
    this.plan = null;
    /** Canvas pixels are CSS pixels times this. */
    this.dpr = 1;
    /** Device pixels around the picture, into which the outlines of its outermost cells reach. */
    this.margin = 0;
  }

  /**
   * Makes the picture as large as the space allows.
   * @param {number} space CSS pixels of width
   * @param {number} dpr
   */
  resize(space, dpr) {
    const plan = planPicture(this.shape, space, dpr);
    this.plan = plan;
    this.dpr = dpr;
    this.atlas.width = plan.width;
    this.atlas.height = plan.height;
    this.image = this.atlasContext.createImageData(plan.width, plan.height);
    this.margin = Math.round(MARGIN * dpr);
    this.canvas.width = plan.width * plan.unit + 2 * this.margin;
    this.canvas.height = plan.height * plan.unit + 2 * this.margin;
    this.canvas.style.width = `${this.canvas.width / dpr}px`;
    this.canvas.style.height = `${this.canvas.height / dpr}px`;
    // All that a test needs to find a cell's pixels with draw/atlas.js.
    this.canvas.dataset.space = String(space);
    this.canvas.dataset.margin = String(this.margin);
  }

  /**
   * From CSS pixels of the canvas to pixels of the atlas.
   * @param {number} offset
   */
  toAtlas(offset) {
    return (offset * this.dpr - this.margin) / (this.plan?.unit ?? 1);
  }

  /**
   * @param {Record<Quantity, import("../protocol.js").Values | null>} values
   * @param {Record<Quantity, number>} limits
   * @param {Palette} palette
   */
  paint(values, limits, palette) {
    const { plan, image } = this;
    if (!plan) return;
    const pixels = new Uint32Array(image.data.buffer);
    for (const quantity of QUANTITIES) {
      paintQuantity(plan, pixels, quantity, values[quantity], limits[quantity], palette[quantity], palette.absent);
    }
    this.atlasContext.putImageData(image, 0, 0);
  }

  /**
   * Puts the painted atlas on the screen, with the selected cell and its kernel outlined.
   * @param {Cell | null} selected
   * @param {Outlines} outlines
   */
  show(selected, outlines) {
    const { plan, context, canvas } = this;
    if (!plan) return;
    // Setting a canvas's size resets its context's state, so this is said each time.
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.atlas, this.margin, this.margin, plan.width * plan.unit, plan.height * plan.unit);
    if (!selected) return;
    for (const quantity of QUANTITIES) this.#outline(plan, quantity, selected, outlines);
  }

  /**
   * @param {Plan} plan
   * @param {Quantity} quantity
   * @param {Cell} selected
   * @param {Outlines} outlines
   */
  #outline(plan, quantity, selected, outlines) {
    const { unit, cell, shape } = plan;
    const { x, y } = kernelOrigin(plan, quantity, selected.out, selected.in);
    const size = cell * unit;
    const hair = Math.max(1, Math.round(this.dpr));
    const kernelLeft = this.margin + x * unit;
    const kernelTop = this.margin + y * unit;
    const left = kernelLeft + selected.col * size;
    const top = kernelTop + selected.row * size;
    this.#frame(kernelLeft, kernelTop, shape.cols * size, shape.rows * size, hair, outlines.kernel);
    // Two rings, light and dark: one of them shows on any colour.
    this.#frame(left, top, size, size, 2 * hair, outlines.outer);
    this.#frame(left, top, size, size, hair, outlines.inner);
  }

  /**
   * A frame around a rectangle, outside of it so that its cells stay whole.
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
 * @template {HTMLCanvasElement | OffscreenCanvas} C
 * @param {C} canvas
 * @returns {C extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D}
 */
function context2d(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no 2D canvas");
  return /** @type {any} */ (context);
}
