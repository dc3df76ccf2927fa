import { batchOf } from "../../state/lanes.js";
import { channelSums, farthest, multiply, reachOf, windowAt, windowOver } from "./convolution.js";
import { colourTable } from "../../draw/colormap.js";
import { reach } from "../../draw/maps.js";
import { ARROWS, find, part, write } from "../../base/dom.js";
import { equation, inner } from "../../base/equation.js";
import { significant } from "../../base/format.js";
import { currentTheme } from "../../base/theme.js";
import { cellSize, paint } from "../weight/maps.js";
import { channelText } from "../../state/description.js";
import { ChannelChoice } from "../../board/channel-choice.js";
import { sceneOf } from "./scene.js";

/**
 * Convolution made concrete: the window of the selected kernel as the image passes through the network. Forward: window × kernel,
 * summed over all input channels, plus the bias is one pixel of the output. Backward: window × ∂L/∂Z of that pixel is the image's own
 * gradient at this position. (A test image adds to no update; one of a batch of n would add 1/n of that.)
 *
 * @typedef {import("./convolution.js").Geometry} Geometry
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("./stages.js").Trace} Trace
 * @typedef {import("./scene.js").Way} Way
 * @typedef {import("./scene.js").Scene} Scene
 */

const NAMES = /** @type {const} */ (["input", "output", "window", "kernel", "products"]);

export class ConvolutionView {
  /**
   * @param {HTMLElement} root
   * @param {import("../card.js").Page} page
   * @param {() => Trace | null} trace that is shown
   */
  constructor(root, { store, selection, translator, view }, trace) {
    this.root = root;
    this.channels = new ChannelChoice(root, { selection, view });
    this.trace = trace;
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    /** @type {Way} */
    this.way = "forward";
    this.at = { row: 0, col: 0 };
    /** Which output has its window placed already: a new one gets it where the output is largest. */
    this.moved = "";
    /** @type {Scene | null} */
    this.scene = null;
    this.parts = Object.fromEntries(["missing", "scene", "sum", "cell"].map((name) => [name, part(root, name)]));
    this.canvases = Object.fromEntries(NAMES.map((name) => [name, find(root, `canvas[data-part="${name}"]`, HTMLCanvasElement)]));
    this.labels = Object.fromEntries(NAMES.map((name) => [name, part(root, `${name}-name`)]));
    for (const button of root.querySelectorAll("button[data-way]")) {
      button.addEventListener("click", () => this.#turn(button));
    }
    const group = find(root, ".convolution-maps", HTMLElement);
    group.addEventListener("keydown", (event) => this.#key(event));
    for (const name of ["input", "output"]) {
      const canvas = this.canvases[name];
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        this.#point(name, event);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (event.buttons === 1) this.#point(name, event);
      });
    }
  }

  draw() {
    const trace = this.trace();
    const scene = trace && sceneOf(trace, this.way, this.store, this.selection.current);
    this.parts.scene.hidden = !scene;
    write(this.parts.missing, scene ? "" : this.translator.text(this.#why(trace)));
    this.scene = scene || null;
    this.channels.update();
    if (scene) this.#show(scene);
  }

  /** @param {Trace | null} trace */
  #why(trace) {
    const { experiment } = this.store;
    const layer = experiment?.layers.find(({ name }) => name === this.selection.current?.layer);
    if (layer && layer.type !== "conv") return "convolution.not_conv";
    if (!trace) return "study.measuring";
    return experiment?.status === "running" ? "convolution.running" : "convolution.not_yet";
  }

  /** @param {Scene} scene */
  #show(scene) {
    const { geometry, input, output, size, kernel } = scene;
    const { current } = this.selection;
    if (!current) return;
    const what = [current.layer, current.cell.out, current.cell.in, size.rows, size.cols].join();
    if (this.moved !== what) {
      this.moved = what;
      this.at = farthest(output, size.cols);
    }
    const backward = this.way === "backward";
    const window = windowAt(input, geometry, this.at);
    const z = output[this.at.row * size.cols + this.at.col];
    const factor = backward ? new Float32Array(window.length).fill(z) : kernel;
    const { products, sum } = multiply(window, factor);
    const values = { input, output, window, kernel: factor, products };
    const tile = { rows: geometry.height, cols: geometry.width };
    const shapes = { input: geometry, output: size, window: tile, kernel: tile, products: tile };
    const most = reach(input);
    const limits = {
      input: most,
      output: reach(output),
      window: most,
      kernel: reach(backward ? output : kernel),
      products: reach(products),
    };
    const channel = channelText(this.store.experiment?.layers, current.layer, current.cell, this.translator);
    for (const name of NAMES) {
      const ofGradient = backward && name !== "input" && name !== "window";
      this.#paint(name, values[name], shapes[name], limits[name], ofGradient ? "gradient" : "weight");
      const key = ofGradient ? `convolution.${name}.backward` : `convolution.${name}`;
      write(this.labels[name], this.translator.text(key, { limit: significant(limits[name], 2), filter: current.cell.out, channel }));
    }
    this.#outline(geometry, size);
    const sums = channelSums(scene.inputs, scene.kernels, geometry, this.at);
    const others = sums.reduce((total, one, channel) => (channel === current.cell.in ? total : total + one), 0);
    this.#write(z, sum, others, window, factor);
    this.root.dataset.at = `${this.at.row},${this.at.col}`;
  }

  /**
   * @param {string} name
   * @param {Float32Array} values
   * @param {{rows: number, cols: number}} shape
   * @param {number} limit
   * @param {"weight" | "gradient"} scale
   */
  #paint(name, values, { rows, cols }, limit, scale) {
    const canvas = this.canvases[name];
    const context = canvas.getContext("2d");
    if (!context) return;
    const cell = cellSize(canvas, rows, cols);
    paint(canvas, context, values, { rows, cols, cell, table: colourTable(scale, currentTheme()), reach: limit });
  }

  /**
   * Outline the window on the input, and its pixel on the output.
   * @param {Geometry} geometry
   * @param {{rows: number, cols: number}} size
   */
  #outline(geometry, size) {
    const { cols, stride, padding } = geometry;
    const [height, width] = reachOf(geometry);
    const boxes = /** @type {const} */ ([
      ["input", cols, this.at.row * stride[0] - padding[0], this.at.col * stride[1] - padding[1], height, width],
      ["output", size.cols, this.at.row, this.at.col, 1, 1],
    ]);
    for (const [name, across, top, left, high, wide] of boxes) {
      const canvas = this.canvases[name];
      const context = canvas.getContext("2d");
      if (!context) continue;
      const cell = canvas.width / across;
      context.strokeStyle = getComputedStyle(canvas).color;
      context.lineWidth = Math.max(1.5, 1.5 * devicePixelRatio);
      context.strokeRect(left * cell + 1, top * cell + 1, wide * cell - 2, high * cell - 2);
    }
  }

  /**
   * @param {number} z of the output pixel, or ∂L/∂Z
   * @param {number} sum of the products
   * @param {number} others what the other input channels add to z
   * @param {Float32Array} window
   * @param {Float32Array} factor
   */
  #write(z, sum, others, window, factor) {
    const { current } = this.selection;
    if (!current) return;
    const { experiment, snapshot } = this.store;
    const { cell, layer } = current;
    const lane = experiment?.lanes.findIndex(({ id }) => id === this.trace()?.lane) ?? -1;
    const biases = snapshot?.tensors.get(`params/${layer}.bias`);
    const bias = biases ? Number(biases.data[lane * biases.shape[1] + cell.out]) : NaN;
    const channels = experiment?.layers.find(({ name }) => name === layer)?.weight_shape?.[1] ?? 1;
    const whole = equation([sum, others, bias], (one, two, three) => one + two + three, z);
    const [sumText, othersText, biasText] = whole.terms;
    const values = {
      row: this.at.row,
      col: this.at.col,
      sum: sumText,
      bias: biasText,
      others: othersText,
      sign: whole.sign,
      z: whole.result,
      n: channels - 1,
      batch: experiment ? batchOf(experiment.config, this.trace()?.lane) : 1,
    };
    const key = this.way === "backward" ? "convolution.sum.backward" : channels > 1 ? "convolution.sum.channels" : "convolution.sum.one";
    write(this.parts.sum, this.translator.text(key, values));
    if (this.way === "forward") this.root.dataset.sum = String(sum + others + bias - z);
    const at = cell.row * (experiment?.layers.find(({ name }) => name === layer)?.weight_shape?.[3] ?? 1) + cell.col;
    const product = equation([window[at], factor[at]], (one, other) => one * other, window[at] * factor[at]);
    const numbers = {
      row: cell.row,
      col: cell.col,
      input: inner(product.terms[0]),
      factor: inner(product.terms[1]),
      sign: product.sign,
      product: product.result,
    };
    write(this.parts.cell, this.translator.text("convolution.cell", numbers));
  }

  /** @param {Element} button */
  #turn(button) {
    if (!(button instanceof HTMLElement)) return;
    this.way = button.dataset.way === "backward" ? "backward" : "forward";
    this.moved = "";
    for (const other of this.root.querySelectorAll("button[data-way]")) other.setAttribute("aria-pressed", String(other === button));
    this.draw();
  }

  /**
   * @param {string} name
   * @param {PointerEvent} event
   */
  #point(name, { clientX, clientY }) {
    const { scene } = this;
    if (!scene) return;
    const { geometry, size } = scene;
    const { left, top, width, height } = this.canvases[name].getBoundingClientRect();
    const of = name === "input" ? geometry : size;
    const place = { row: Math.floor(((clientY - top) / height) * of.rows), col: Math.floor(((clientX - left) / width) * of.cols) };
    this.#move(name === "input" ? windowOver(place, geometry, size) : place);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    this.#move({ row: this.at.row + step[0], col: this.at.col + step[1] });
  }

  /** @param {{row: number, col: number}} at */
  #move(at) {
    const { scene } = this;
    if (!scene || at.row < 0 || at.col < 0 || at.row >= scene.size.rows || at.col >= scene.size.cols) return;
    this.at = at;
    this.#show(scene);
  }
}
