import { nameIn } from "../../state/description.js";
import { colourTable } from "../../draw/colormap.js";
import { Maps, MOST_MAPS, reach } from "../../draw/maps.js";
import { find, part, stamp, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { unpack } from "../../stream/packed.js";
import { norm } from "./flow.js";
import { nodesAtWork, nodesOf, probabilitiesOf, tiling, waysBetween } from "./stages.js";
import { currentTheme } from "../../base/theme.js";

/**
 * The network as a diagram, from the image to the loss: at each node its output, the gradient that came back and, in between, its
 * kernels; between two nodes, the passes made so far, as thick as what flows there is large.
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 * @typedef {import("./stages.js").Phase} Phase
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("./stages.js").Trace} Trace
 * @typedef {import("./flow.js").Place} Place
 * @typedef {"forward" | "backward"} Way
 * @typedef {{cell: HTMLElement, room: HTMLElement, maps: Maps, limit: HTMLElement}} Picture
 * @typedef {{row: HTMLElement, name: string, ways: Record<Way, {arrow: HTMLElement, norm: HTMLElement}>, pictures: Record<Way |
 * "kernels", Picture>, across: number, inColour: boolean}} Node
 */

/** CSS pixels that a node needs beside others. */
const ABREAST = 88;
/** CSS pixels: the thickness of single numbers drawn as a row or, in a horizontal network, as a column. */
const THICK = 14;
/** CSS pixels: the height of a layer's maps where the network runs down, and of its kernels. */
const HEIGHT = 64;
const KERNELS = 48;
const WAYS = /** @type {const} */ (["forward", "backward"]);
const DIGITS = 2;

export class PhaseDiagram {
  /**
   * @param {HTMLElement} root
   * @param {import("../../base/i18n.js").Translator} translator
   * @param {import("../../state/view.js").View} view
   */
  constructor(root, translator, view) {
    this.root = root;
    this.translator = translator;
    this.view = view;
    /** @type {Node[]} */
    this.nodes = [];
    this.structure = "";
    /** Whether it runs from left to right, if there is room, instead of down. */
    this.lies = false;
  }

  /**
   * @param {Trace} trace
   * @param {Experiment} experiment
   * @param {{phase: Phase, layer: string | null}} standing
   */
  draw(trace, experiment, standing) {
    this.#build(experiment, trace.lane);
    const tables = { forward: colourTable("weight", currentTheme()), backward: colourTable("gradient", currentTheme()) };
    const ways = waysBetween(nodesOf(experiment.layers), trace, standing);
    const atWork = nodesAtWork(experiment.layers, standing);
    this.lies = this.nodes.length * ABREAST <= this.root.clientWidth;
    this.root.toggleAttribute("data-lies", this.lies);
    this.root.dataset.phase = standing.phase;
    /** @type {Record<Way, number[]>} */
    const norms = { forward: [], backward: [] };
    this.nodes.forEach((node, index) => {
      const { row, name, pictures } = node;
      row.toggleAttribute("data-now", atWork.has(name));
      for (const way of WAYS) {
        node.ways[way].arrow.dataset.state = ways[index]?.[way] ?? "";
        const packed = way === "forward" && name === "input" ? trace.pixels : trace[way][name];
        const values = packed && unpack(packed);
        norms[way].push(
          values ? norm(values) : way === "forward" && name === "softmax" ? (probabilitiesOf(trace)?.[trace.label] ?? NaN) : NaN,
        );
        pictures[way].cell.toggleAttribute("data-empty", !values);
        if (values && name === "input") this.#image(pictures[way], values, packed.shape, experiment, tables[way]);
        else if (values) this.#maps(pictures[way], values, packed.shape, tables[way]);
        else {
          pictures[way].maps.clear();
          write(pictures[way].limit, way === "forward" ? this.#judged(name, trace, experiment) : "");
        }
      }
      this.#kernels(node, trace, tables.forward);
    });
    for (const way of WAYS) this.#weigh(way, norms[way]);
  }

  /** On a phone, go where something has just been made. */
  follow() {
    if (!matchMedia("(width <= 600px)").matches) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = this.nodes.find(({ row }) => row.dataset.now !== undefined);
    now?.row.scrollIntoView({ block: "nearest", behavior: isCalm ? "instant" : "smooth" });
  }

  /**
   * The canvas of a place, if something is drawn there; else its element.
   * @param {Place} place
   * @returns {{element: HTMLElement, canvas: HTMLCanvasElement | null}}
   */
  at({ node: name, part: which }) {
    const node = this.nodes.find((one) => one.name === name);
    if (!node || which === "updates") return { element: this.root, canvas: null };
    const { room, maps } = node.pictures[which];
    return maps.canvas.hidden ? { element: room, canvas: null } : { element: maps.canvas, canvas: maps.canvas };
  }

  /**
   * @param {Experiment} experiment
   * @param {string} lane
   */
  #build(experiment, lane) {
    const { layers, dataset } = experiment;
    const named = (/** @type {string} */ name) => nameIn(experiment, lane, name, this.translator);
    const structure = JSON.stringify([layers.map(({ name }) => [name, named(name)]), dataset.image_shape]);
    if (structure === this.structure) return;
    this.structure = structure;
    /** @type {Record<string, number[]>} */
    const shapes = { input: dataset.image_shape, softmax: [dataset.classes.length], loss: [] };
    for (const { name, output_shape: shape } of layers) shapes[name] = shape;
    this.nodes = nodesOf(layers).map((name) => this.#node(name, named(name), shapes[name]));
    this.root.replaceChildren(...this.nodes.map(({ row }) => row));
  }

  /**
   * @param {string} name
   * @param {string} label what a layer is called
   * @param {number[]} shape of its output
   * @returns {Node}
   */
  #node(name, label, shape) {
    const row = stamp("phase-row");
    const hasMaps = shape.slice(1).some((size) => size > 1);
    row.dataset.layer = name;
    row.toggleAttribute("data-maps", hasMaps);
    const { translator } = this;
    write(
      part(row, "name"),
      name === "input" ? translator.text("phases.input") : name === "loss" ? translator.text("phases.node.loss") : label,
    );
    write(part(row, "shape"), (hasMaps ? shape : shape.slice(0, 1)).join("×"));
    const picture = (/** @type {Way | "kernels"} */ which) => {
      const cell = part(row, which);
      const canvas = find(cell, "canvas", HTMLCanvasElement);
      return { cell, room: /** @type {HTMLElement} */ (canvas.parentElement), maps: new Maps(canvas), limit: part(cell, "limit") };
    };
    const way = (/** @type {Way} */ which) => {
      const arrow = find(row, `[data-way="${which}"]`, HTMLElement);
      return { arrow, norm: part(arrow, "norm") };
    };
    return {
      row,
      name,
      ways: { forward: way("forward"), backward: way("backward") },
      pictures: { forward: picture("forward"), backward: picture("backward"), kernels: picture("kernels") },
      across: 1,
      inColour: false,
    };
  }

  /**
   * The image, in colour unless its channels are shown one beside the other.
   * @param {Picture} picture
   * @param {Float32Array} values
   * @param {number[]} shape
   * @param {Experiment} experiment
   * @param {Uint32Array} table
   */
  #image(picture, values, shape, { config }, table) {
    const [channels, rows, cols] = shape;
    if (channels !== 3 || this.view.channels) {
      this.#maps(picture, values, shape, table);
      return;
    }
    const { maps, room, limit } = picture;
    const size = { rows, cols };
    const tiled = tiling(1, size, { width: room.clientWidth, height: this.lies ? room.clientHeight - limit.offsetHeight : HEIGHT });
    // Unprepared, black is 0 and not the other end of the scale.
    const [signed, most] = config.preparation === "none" ? [values.map((value) => 2 * value - 1), 1] : [values, reach(values)];
    maps.paint(signed, size, { ...tiled, inColour: true }, table, most);
    write(limit, `±${significant(reach(values), DIGITS)}`);
  }

  /**
   * @param {Picture} picture
   * @param {Float32Array} values
   * @param {number[]} shape
   * @param {Uint32Array} table
   */
  #maps({ maps, room, limit }, values, [count, rows, cols], table) {
    // A dense layer's single numbers are shown as one row or column.
    const flat = rows * cols === 1;
    const shape = !flat ? { rows, cols } : this.lies ? { rows: count, cols: 1 } : { rows: 1, cols: count };
    const most = reach(values);
    const height = this.lies ? room.clientHeight - limit.offsetHeight : HEIGHT;
    const space = { width: flat && this.lies ? THICK : room.clientWidth, height: flat && !this.lies ? THICK : height };
    maps.paint(values, shape, tiling(flat ? 1 : Math.min(count, MOST_MAPS), shape, space), table, most);
    const more = !flat && count > MOST_MAPS ? ` · ${MOST_MAPS} / ${count}` : "";
    write(limit, `±${significant(most, DIGITS)}${more}`);
  }

  /**
   * The layer's kernels, and after the update how far it moved them.
   * @param {Node} node
   * @param {Trace} trace
   * @param {Uint32Array} table
   */
  #kernels(node, { weights, last_step: last, step_under_way: under }, table) {
    const { name, row } = node;
    const { kernels } = node.pictures;
    const own = weights[name];
    row.toggleAttribute("data-kernels", own !== undefined);
    if (!own) {
      kernels.maps.clear();
      write(kernels.limit, "");
      return;
    }
    const values = unpack(own.kernels);
    const [count, rows, cols] = own.kernels.shape;
    const space = { width: kernels.room.clientWidth, height: KERNELS };
    const inColour = this.view.shapeOf(name)?.colour === true;
    const tiled = { ...tiling(Math.min(MOST_MAPS, count / (inColour ? 3 : 1)), { rows, cols }, space), inColour };
    Object.assign(node, { across: tiled.across, inColour });
    kernels.maps.paint(values, { rows, cols }, tiled, table, reach(values));
    const update = under ? null : (last?.updates[name]?.norm ?? null);
    write(kernels.limit, update === null ? `‖W‖ ${significant(own.norm ?? NaN, DIGITS + 1)}` : `‖ΔW‖ ${significant(update, DIGITS)}`);
  }

  /**
   * Make the arrows as thick as what flows along them is large, relative to the largest on the same way, and say how large.
   * @param {Way} way
   * @param {number[]} norms of what is at the nodes
   */
  #weigh(way, norms) {
    const most = Math.max(0, ...norms.filter(Number.isFinite));
    this.nodes.slice(0, -1).forEach(({ ways }, index) => {
      const { arrow, norm: label } = ways[way];
      const size = norms[way === "backward" && this.nodes[index].name === "softmax" ? index - 1 : index];
      const flows = arrow.dataset.state !== "";
      arrow.style.setProperty("--share", String(flows && most > 0 && Number.isFinite(size) ? size / most : 0));
      write(label, flows && Number.isFinite(size) ? significant(size, DIGITS) : "");
    });
  }

  /**
   * The text at the last two nodes: the likeliest classes, and the loss.
   * @param {string} name
   * @param {Trace} trace
   * @param {Experiment} experiment
   */
  #judged(name, trace, { dataset }) {
    const { label, loss } = trace;
    const probabilities = probabilitiesOf(trace);
    const { format } = this.translator;
    if (name === "loss") return loss === null ? "" : `−log p = ${format.loss(loss)}`;
    if (name !== "softmax" || !probabilities) return "";
    const order = probabilities.map((_, index) => index).sort((one, other) => probabilities[other] - probabilities[one]);
    const shown = order
      .slice(0, 3)
      .map((index) => `${dataset.classes[index]}${index === label ? " ✓" : ""} ${format.wholePercent(probabilities[index])}`);
    return shown.join(this.lies ? "\n" : " · ");
  }
}
