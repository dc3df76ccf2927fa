import { explainUpdate } from "../arithmetic.js";
import { flatIndex, kernelLayers, laneValues } from "../draw/tensors.js";
import { find, part, stamp, write } from "../dom.js";
import { exact, significant } from "../format.js";
import { optimizerName } from "./description.js";
import { drawSwatch } from "./lane-style.js";
import { Magnifier } from "./magnifier.js";
import { rateText } from "./rate-control.js";

/**
 * The kernel under the magnifying glass: its weights and gradient, the exact numbers of one cell in every lane, and what
 * the last step did to it.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../selection.js").Selection} Selection
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("../types.js").KernelShape} KernelShape
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("./board.js").Board} Board
 */

const READABLE_DIGITS = 4;

export class Inspector {
  /**
   * @param {Store} store
   * @param {Selection} selection
   * @param {Board} board whose scales and colours are the inspector's too
   * @param {Translator} translator
   */
  constructor(store, selection, board, translator) {
    this.store = store;
    this.selection = selection;
    this.board = board;
    this.translator = translator;
    const root = find(document, "#inspector", HTMLElement);
    this.root = root;
    this.where = part(root, "where");
    this.index = part(root, "index");
    this.lanes = part(root, "lanes");
    this.sentence = part(root, "sentence");
    this.sum = part(root, "sum");
    /** @type {Record<Quantity, Magnifier>} */
    this.magnifiers = {
      weight: new Magnifier(find(root, '[data-part="weight"]', HTMLCanvasElement)),
      gradient: new Magnifier(find(root, '[data-part="gradient"]', HTMLCanvasElement)),
    };
    /** @type {{row: HTMLElement, weight: HTMLElement, gradient: HTMLElement}[]} */
    this.rows = [];
    this.space = { width: 0, height: 0 };
    this.structure = "";
  }

  describe() {
    const { experiment } = this.store;
    if (!experiment) return;
    const structure = String(experiment.lanes.map(({ id }) => id));
    if (structure !== this.structure) {
      this.structure = structure;
      this.rows = experiment.lanes.map(({ id }, lane) => {
        const row = stamp("row-template");
        row.dataset.lane = id;
        drawSwatch(find(row, ".swatch", SVGElement), lane);
        write(part(row, "letter"), id);
        return { row, weight: part(row, "first"), gradient: part(row, "second") };
      });
      this.lanes.replaceChildren(...this.rows.map(({ row }) => row));
    }
    if (!this.selection.current) this.#chooseDefault();
  }

  resize() {
    const glass = find(this.root, ".glass", HTMLElement);
    this.space = { width: glass.clientWidth, height: glass.clientHeight };
  }

  update() {
    const { experiment, snapshot, series } = this.store;
    const { current } = this.selection;
    if (!experiment || !snapshot || !current) return;
    const { cell, lane, layer } = current;
    const shape = kernelLayers(experiment.layers).find((candidate) => candidate.layer.name === layer)?.shape;
    if (!shape) return;
    const { text } = this;
    write(
      this.where,
      text("inspector.where", { layer, filter: cell.out, channel: cell.in, lane: experiment.lanes[lane].id }),
    );
    write(this.index, text("inspector.index", { out: cell.out, in: cell.in, row: cell.row, col: cell.col }));
    this.#paint(shape);
    const at = flatIndex(shape, cell);
    this.rows.forEach(({ row, weight, gradient }, index) => {
      row.toggleAttribute("data-seen", index === lane);
      const gradients = laneValues(snapshot, layer, "gradient", index);
      write(weight, exact(laneValues(snapshot, layer, "weight", index)?.[at] ?? NaN));
      write(gradient, gradients ? exact(gradients[at]) : text("inspector.none"));
    });
    const step = snapshot.laneSteps[lane];
    this.#explain(
      laneValues(snapshot, layer, "weight", lane)?.[at] ?? NaN,
      laneValues(snapshot, layer, "gradient", lane)?.[at] ?? null,
      series.at("learningRate", step, lane),
      step,
      lane,
    );
  }

  /** What a screen reader is told when the keys have moved the cell. */
  spoken() {
    const { current } = this.selection;
    const row = current && this.rows[current.lane];
    if (!row) return "";
    return this.text("announce.cell", {
      index: this.index.textContent ?? "",
      lane: row.row.dataset.lane ?? "",
      weight: row.weight.textContent ?? "",
      gradient: row.gradient.textContent ?? "",
    });
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  text = (key, values) => this.translator.text(key, values);

  /** The middle of the first kernel, in the first lane that is training. */
  #chooseDefault() {
    const { experiment } = this.store;
    const first = experiment && kernelLayers(experiment.layers)[0];
    if (!first) return;
    const lane = Math.max(0, experiment.lanes.findIndex(({ status }) => status === "training"));
    const cell = { out: 0, in: 0, row: first.shape.rows >> 1, col: first.shape.cols >> 1 };
    this.selection.set({ layer: first.layer.name, lane, cell }, { chosen: false });
  }

  /** @param {KernelShape} shape */
  #paint(shape) {
    const { snapshot } = this.store;
    const { current } = this.selection;
    if (!snapshot || !current) return;
    const { cell, lane, layer } = current;
    const { palette, outlines, scales } = this.board;
    const size = shape.rows * shape.cols;
    const start = flatIndex(shape, { ...cell, row: 0, col: 0 });
    for (const quantity of /** @type {Quantity[]} */ (["weight", "gradient"])) {
      const magnifier = this.magnifiers[quantity];
      const values = laneValues(snapshot, layer, quantity, lane)?.subarray(start, start + size) ?? null;
      magnifier.fit(shape.rows, shape.cols, this.space, devicePixelRatio);
      magnifier.paint(values, scales.of(layer, quantity).limit, palette[quantity], palette.absent, cell, outlines);
    }
  }

  /**
   * @param {number} weight
   * @param {number | null} gradient
   * @param {number} rate
   * @param {number} step
   * @param {number} lane
   */
  #explain(weight, gradient, rate, step, lane) {
    const optimizer = this.store.experiment?.config.lanes[lane]?.optimizer ?? { type: "?" };
    const update = explainUpdate(weight, gradient, rate, optimizer);
    /** @param {number} value */
    const readable = (value) => significant(value, READABLE_DIGITS);
    const magnitude = readable(Math.abs(gradient ?? 0));
    const values = {
      step: this.translator.format.count(step),
      rate: rateText(rate),
      gradient: magnitude,
      amount: readable(update.amount),
      optimizer: optimizerName(optimizer, this.translator),
    };
    write(this.sentence, this.text(`inspector.${update.kind}`, values));
    if (update.before === null || gradient === null) {
      write(this.sum, "\u00a0");
      return;
    }
    const factor = gradient < 0 ? `(${readable(gradient)})` : readable(gradient);
    write(
      this.sum,
      this.text("inspector.sum", {
        before: readable(update.before),
        rate: rateText(rate),
        gradient: factor,
        after: readable(weight),
      }),
    );
  }
}
