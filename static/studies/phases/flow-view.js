import { contextOf } from "../../base/dom.js";
import { colourTable } from "../../draw/colormap.js";
import { reach, Maps } from "../../draw/maps.js";
import { currentTheme } from "../../base/theme.js";
import { unpack } from "../../stream/packed.js";
import { Flow } from "./flow.js";

/**
 * What flows in the diagram, drawn over it: the very pictures of the layers' outputs, gradients and updates, on their way from one
 * node to the next. With reduced motion nothing flows.
 *
 * @typedef {import("./diagram.js").PhaseDiagram} PhaseDiagram
 * @typedef {import("./flow.js").Move} Move
 * @typedef {import("./stages.js").Trace} Trace
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

/** CSS pixels: a cell of a kernel that is drawn to be scaled. */
const CELL_PX = 4;

export class FlowView {
  /**
   * @param {HTMLCanvasElement} canvas over the diagram
   * @param {PhaseDiagram} diagram
   * @param {import("../../base/loop.js").Loop} loop
   */
  constructor(canvas, diagram, loop) {
    this.canvas = canvas;
    this.diagram = diagram;
    this.context = contextOf(canvas);
    this.flow = new Flow();
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    /** The kernels before the update and their changes, by layer: drawn nowhere else. @type {Record<"before" | "updates", Map<string, Maps>>} */
    this.pictures = { before: new Map(), updates: new Map() };
    /** What has no picture flows as this text, by node. @type {Record<string, string>} */
    this.texts = {};
    this.task = loop.task((now) => this.#frame(now));
  }

  /**
   * Let a stage's results flow to where they are drawn already.
   * @param {Move[]} moves
   * @param {number} duration milliseconds
   * @param {{before: Trace | null, trace: Trace}} traces of the stage before, and of this one
   * @param {Record<string, string>} texts by node
   */
  begin(moves, duration, { before, trace }, texts) {
    this.end();
    if (this.still.matches || moves.length === 0) return;
    for (const { node } of moves.map(({ what }) => what).filter(({ part }) => part === "updates")) {
      this.#paint("before", node, before?.weights[node]);
      this.#paint("updates", node, trace.last_step?.updates[node]);
    }
    this.texts = texts;
    this.flow.begin(moves, duration);
    this.#reveal(new Set(moves.map(({ to }) => this.diagram.at(to).canvas)));
    this.task.invalidate();
  }

  /** Show everything at its place. */
  end() {
    if (!this.flow.isMoving) return;
    this.flow.end();
    this.#clear();
  }

  /** @param {number} now */
  #frame(now) {
    if (!this.flow.isMoving) return;
    const moving = this.flow.at(now);
    if (!this.flow.isMoving) {
      this.#clear();
      return;
    }
    this.#fit();
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const { move, way, turned } of moving) this.#draw(move, way, turned);
    this.#reveal(new Set(moving.map(({ move }) => this.diagram.at(move.to).canvas)));
    context.globalAlpha = 1;
    this.task.invalidate();
  }

  /**
   * @param {Move} move
   * @param {number} way
   * @param {number} turned
   */
  #draw({ from, to, what }, way, turned) {
    const { diagram, context } = this;
    const [source, target] = [diagram.at(from), diagram.at(to)];
    const changes = what.part === "updates";
    const other = this.#box(target.element);
    // What comes from a text has its own size from the beginning.
    const one = changes || !source.canvas ? amid(this.#box(source.element), other) : this.#box(source.element);
    const at = between(one, other, way);
    const picture = changes ? (this.pictures.updates.get(what.node)?.canvas ?? null) : diagram.at(what).canvas;
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 1;
    const before = changes && this.pictures.before.get(what.node);
    if (before) this.#put(before.canvas, other);
    if (picture) {
      context.globalAlpha = target.canvas ? 1 - turned : 1;
      this.#put(picture, at);
    } else if (this.texts[what.node]) {
      context.globalAlpha = 1;
      const { color, fontSize } = getComputedStyle(this.canvas);
      const type = parseFloat(fontSize);
      context.fillStyle = color;
      context.font = `650 ${type * devicePixelRatio}px system-ui, sans-serif`;
      context.fillText(this.texts[what.node], at.x * devicePixelRatio, (at.y + Math.min(at.height / 2, type)) * devicePixelRatio);
    }
    if (target.canvas && turned > 0 && picture !== target.canvas) {
      context.globalAlpha = turned;
      this.#put(target.canvas, at);
    }
  }

  /**
   * @param {HTMLCanvasElement} picture
   * @param {Box} box in CSS pixels
   */
  #put(picture, { x, y, width, height }) {
    const ratio = devicePixelRatio;
    this.context.drawImage(picture, x * ratio, y * ratio, width * ratio, height * ratio);
  }

  /** @param {HTMLElement} element @returns {Box} relative to the diagram */
  #box(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    const corner = this.canvas.getBoundingClientRect();
    return { x: left - corner.left, y: top - corner.top, width, height };
  }

  #fit() {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) => Math.round(size * devicePixelRatio));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }

  /**
   * Hide what is still on its way, and nothing else.
   * @param {Set<HTMLCanvasElement | null>} coming
   */
  #reveal(coming) {
    for (const { pictures } of this.diagram.nodes) {
      for (const { maps } of Object.values(pictures)) {
        const wanted = coming.has(maps.canvas) ? "0" : "";
        if (maps.canvas.style.opacity !== wanted) maps.canvas.style.opacity = wanted;
      }
    }
  }

  #clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#reveal(new Set());
  }

  /**
   * @param {"before" | "updates"} which
   * @param {string} layer
   * @param {import("./stages.js").FirstKernels | undefined} found
   */
  #paint(which, layer, found) {
    if (!found) return;
    const maps = this.pictures[which].get(layer) ?? new Maps(document.createElement("canvas"));
    this.pictures[which].set(layer, maps);
    const values = unpack(found.kernels);
    const [, rows, cols] = found.kernels.shape;
    // Placed like the kernels in the diagram.
    const { across = 1, inColour = false } = this.diagram.nodes.find(({ name }) => name === layer) ?? {};
    const table = colourTable(which === "before" ? "weight" : "gradient", currentTheme());
    maps.paint(values, { rows, cols }, { across, cell: CELL_PX, inColour }, table, reach(values));
  }
}

/**
 * A box as large as another, in the middle of this one.
 * @param {Box} here
 * @param {Box} size
 * @returns {Box}
 */
function amid(here, { width, height }) {
  return { x: here.x + (here.width - width) / 2, y: here.y + (here.height - height) / 2, width, height };
}

/**
 * @param {Box} one
 * @param {Box} other
 * @param {number} way from 0 to 1
 * @returns {Box}
 */
function between(one, other, way) {
  const mix = (/** @type {keyof Box} */ side) => one[side] + (other[side] - one[side]) * way;
  return { x: mix("x"), y: mix("y"), width: mix("width"), height: mix("height") };
}
