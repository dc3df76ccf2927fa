import { colourIndices, colourTable } from "../../draw/colormap.js";
import { ARROWS, contextOf, find, part, write } from "../../base/dom.js";
import { equation, inner } from "../../base/equation.js";
import { significant } from "../../base/format.js";
import { unpack } from "../../stream/packed.js";
import { currentTheme } from "../../base/theme.js";

/**
 * ∂L/∂Z of the weight's output channel × the input that the weight met at the same place = the products, whose sum is what
 * the image adds to the gradient. All three share one cursor, moved by pointer or arrow keys.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("./arithmetic.js").WeightImage} WeightImage
 */

const MAPS = /** @type {const} */ (["sensitivity", "seen", "products"]);
/** The greatest height of a picture, relative to the available width. */
const TALLEST = 1.5;

export class WeightMaps {
  /**
   * @param {HTMLElement} root of the card
   * @param {Translator} translator
   */
  constructor(root, translator) {
    const group = find(root, ".weight-maps", HTMLElement);
    this.translator = translator;
    this.maps = MAPS.map((name) => {
      const figure = find(root, `[data-map="${name}"]`, HTMLElement);
      const canvas = find(figure, "canvas", HTMLCanvasElement);
      canvas.addEventListener("pointermove", (event) => this.#point(canvas, event));
      return { name, canvas, context: contextOf(canvas), limit: part(figure, "limit") };
    });
    this.readout = part(root, "position");
    this.rows = 0;
    this.cols = 0;
    this.place = { row: 0, col: 0 };
    /** Whether a person has moved the cursor: initially it is where the product is largest. */
    this.moved = false;
    /** @type {Record<typeof MAPS[number], Float32Array>} */
    this.values = { sensitivity: new Float32Array(), seen: new Float32Array(), products: new Float32Array() };
    group.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {WeightImage} image */
  show(image) {
    const [rows, cols] = image.sensitivity.shape;
    const sensitivity = unpack(image.sensitivity);
    const seen = unpack(image.seen);
    const products = Float32Array.from(sensitivity, (value, index) => value * seen[index]);
    this.values = { sensitivity, seen, products };
    if (rows !== this.rows || cols !== this.cols) this.moved = false;
    Object.assign(this, { rows, cols });
    if (!this.moved) this.place = largest(products, cols);
    this.draw();
  }

  draw() {
    const { rows, cols } = this;
    if (rows === 0) return;
    for (const { name, canvas, context, limit } of this.maps) {
      const values = this.values[name];
      const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const cell = cellSize(canvas, rows, cols);
      const table = colourTable(name === "seen" ? "weight" : "gradient", currentTheme());
      paint(canvas, context, values, { rows, cols, cell, table, reach });
      context.strokeStyle = getComputedStyle(canvas).color;
      context.lineWidth = Math.max(1, Math.round(devicePixelRatio));
      context.strokeRect(this.place.col * cell + 0.5, this.place.row * cell + 0.5, cell - 1, cell - 1);
      write(limit, `±${significant(reach, 2)}`);
    }
    this.#read();
  }

  #read() {
    const at = this.place.row * this.cols + this.place.col;
    const { sensitivity, seen, products } = this.values;
    const { terms, sign, result } = equation([sensitivity[at], seen[at]], (one, other) => one * other, products[at]);
    write(
      this.readout,
      this.translator.text("weight.position", {
        row: this.place.row,
        col: this.place.col,
        sensitivity: inner(terms[0]),
        seen: inner(terms[1]),
        sign,
        product: result,
      }),
    );
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {PointerEvent} event
   */
  #point(canvas, { clientX, clientY }) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    this.#move(Math.floor(((clientY - top) / height) * this.rows), Math.floor(((clientX - left) / width) * this.cols));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    this.#move(this.place.row + step[0], this.place.col + step[1]);
  }

  /**
   * @param {number} row
   * @param {number} col
   */
  #move(row, col) {
    if (row < 0 || col < 0 || row >= this.rows || col >= this.cols) return;
    this.moved = true;
    this.place = { row, col };
    this.draw();
  }
}

/**
 * The width of a cell in device pixels, so that the picture fills the available width without being much taller.
 * @param {HTMLCanvasElement} canvas
 * @param {number} rows
 * @param {number} cols
 */
export function cellSize(canvas, rows, cols) {
  const room = (canvas.parentElement?.clientWidth ?? 0) * devicePixelRatio;
  return Math.max(1, Math.floor(Math.min(room / cols, (TALLEST * room) / rows)));
}

/**
 * Paint one cell per number, each `cell` device pixels wide.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Float32Array} values
 * @param {{rows: number, cols: number, cell: number, table: Uint32Array, reach: number}} how
 */
export function paint(canvas, context, values, { rows, cols, cell, table, reach }) {
  const [width, height] = [cols * cell, rows * cell];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.style.width = `${width / devicePixelRatio}px`;
  // A picture with more columns than there are pixels is scaled down as a whole.
  canvas.style.maxWidth = "100%";
  canvas.style.height = "auto";
  const indices = new Uint8Array(values.length);
  colourIndices(values, reach || 1, indices);
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / cell) * cols;
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = table[indices[row + Math.floor(x / cell)]];
  }
  context.putImageData(image, 0, 0);
}

/**
 * @param {Float32Array} values
 * @param {number} cols
 */
function largest(values, cols) {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) if (Math.abs(values[index]) > Math.abs(values[best])) best = index;
  return { row: Math.floor(best / cols), col: best % cols };
}
