import { layerName } from "../../state/description.js";
import { colourTable } from "../../draw/colormap.js";
import { Maps, MOST_MAPS, reach } from "../../draw/maps.js";
import { find, part, stamp, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { unpack } from "../../stream/packed.js";
import { nodesAtWork, nodesOf, probabilitiesOf, tiling, waysBetween } from "./stages.js";
import { currentTheme } from "../../base/theme.js";

/**
 * The network as a diagram, from the image to the loss: at each node its output and the gradient that came back; between two nodes,
 * the passes made so far.
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 * @typedef {import("./stages.js").Phase} Phase
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("./stages.js").Trace} Trace
 * @typedef {"forward" | "backward"} Way
 * @typedef {{row: HTMLElement, name: string, ways: Record<Way, HTMLElement>, maps: Record<Way, {maps: Maps, cell: HTMLElement, limit:
 * HTMLElement}>}} Node
 */

/** CSS pixels that a node needs beside others. */
const ABREAST = 80;
/** CSS pixels: the thickness of single numbers drawn as a row or, in a horizontal network, as a column. */
const THICK = 14;
const WAYS = /** @type {const} */ (["forward", "backward"]);

export class PhaseDiagram {
  /**
   * @param {HTMLElement} root
   * @param {import("../../base/i18n.js").Translator} translator
   */
  constructor(root, translator) {
    this.root = root;
    this.translator = translator;
    /** @type {Node[]} */
    this.nodes = [];
    this.structure = "";
    /** The height of a layer's maps in CSS pixels. */
    this.height = 0;
    /** Whether it runs from left to right, if there is room, instead of down. */
    this.lies = false;
  }

  /**
   * @param {Trace} trace
   * @param {Experiment} experiment
   * @param {{phase: Phase, layer: string | null}} standing
   */
  draw(trace, experiment, standing) {
    this.#build(experiment);
    const tables = { forward: colourTable("weight", currentTheme()), backward: colourTable("gradient", currentTheme()) };
    const ways = waysBetween(nodesOf(experiment.layers), trace, standing);
    const atWork = nodesAtWork(experiment.layers, standing);
    this.lies = this.nodes.length * ABREAST <= this.root.clientWidth;
    this.root.toggleAttribute("data-lies", this.lies);
    this.height = Number(getComputedStyle(this.root).getPropertyValue("--map-height"));
    this.nodes.forEach((node, index) => {
      const { row, name, maps } = node;
      row.toggleAttribute("data-now", atWork.has(name));
      for (const way of WAYS) {
        node.ways[way].dataset.state = ways[index]?.[way] ?? "";
        const packed = way === "forward" && name === "input" ? trace.pixels : trace[way][name];
        maps[way].cell.toggleAttribute("data-empty", packed === undefined);
        if (packed) this.#maps(maps[way], packed, tables[way]);
        else {
          maps[way].maps.clear();
          write(maps[way].limit, way === "forward" ? this.#judged(name, trace, experiment) : "");
        }
      }
    });
  }

  /** @param {Experiment} experiment */
  #build({ layers, dataset }) {
    const structure = JSON.stringify([layers.map(({ name }) => name), dataset.image_shape]);
    if (structure === this.structure) return;
    this.structure = structure;
    /** @type {Record<string, number[]>} */
    const shapes = { input: dataset.image_shape, softmax: [dataset.classes.length], loss: [] };
    for (const { name, output_shape: shape } of layers) shapes[name] = shape;
    this.nodes = nodesOf(layers).map((name) => this.#node(name, shapes[name]));
    this.root.replaceChildren(...this.nodes.map(({ row }) => row));
  }

  /**
   * @param {string} name
   * @param {number[]} shape of its output
   * @returns {Node}
   */
  #node(name, shape) {
    const row = stamp("phase-row");
    const hasMaps = shape.slice(1).some((size) => size > 1);
    row.dataset.layer = name;
    row.toggleAttribute("data-maps", hasMaps);
    const { translator } = this;
    write(
      part(row, "name"),
      name === "input"
        ? translator.text("phases.input")
        : name === "loss"
          ? translator.text("phases.node.loss")
          : layerName(name, translator),
    );
    write(part(row, "shape"), (hasMaps ? shape : shape.slice(0, 1)).join("×"));
    const maps = /** @type {Node["maps"]} */ ({});
    for (const way of WAYS) {
      const cell = part(row, way);
      maps[way] = { cell, maps: new Maps(find(cell, "canvas", HTMLCanvasElement)), limit: part(cell, "limit") };
    }
    const ways = { forward: find(row, 'i[data-way="forward"]', HTMLElement), backward: find(row, 'i[data-way="backward"]', HTMLElement) };
    return { row, name, ways, maps };
  }

  /**
   * @param {Node["maps"][Way]} place
   * @param {Packed} packed
   * @param {Uint32Array} table
   */
  #maps({ maps, cell, limit }, packed, table) {
    const values = unpack(packed);
    const [count, rows, cols] = packed.shape;
    // A dense layer's single numbers are shown as one row or column.
    const flat = rows * cols === 1;
    const shape = !flat ? { rows, cols } : this.lies ? { rows: count, cols: 1 } : { rows: 1, cols: count };
    const most = reach(values);
    const room = cell.clientWidth - Number.parseFloat(getComputedStyle(cell).paddingRight);
    const space = { width: flat && this.lies ? THICK : room, height: flat && !this.lies ? THICK : this.height };
    maps.paint(values, shape, tiling(flat ? 1 : Math.min(count, MOST_MAPS), shape, space), table, most);
    const more = !flat && count > MOST_MAPS ? ` · ${MOST_MAPS} / ${count}` : "";
    write(limit, `±${significant(most, 2)}${more}`);
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
