import { explainUpdate } from "../arithmetic.js";
import { exactKernel, flatIndex, kernelLayers, laneValues, limitOf } from "../draw/tensors.js";
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
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../selection.js").Selected} Selected
 * @typedef {import("../selection.js").Selection} Selection
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("../types.js").KernelShape} KernelShape
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("./board.js").Board} Board
 */

const READABLE_DIGITS = 4;
const PENDING = "…";
const NONE = "–";
const NOTHING = "\u00a0";

export class Inspector {
  /**
   * @param {Store} store
   * @param {Selection} selection
   * @param {Board} board whose colours are the inspector's too
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
      this.rows = experiment.lanes.map(({ id }) => {
        const row = stamp("row-template");
        row.dataset.lane = id;
        drawSwatch(find(row, ".swatch", SVGElement), id);
        write(part(row, "letter"), id);
        return { row, weight: part(row, "first"), gradient: part(row, "second") };
      });
      this.lanes.replaceChildren(...this.rows.map(({ row }) => row));
    }
    const { current } = this.selection;
    if (!current || current.lane >= experiment.lanes.length) this.#chooseDefault();
  }

  resize() {
    const glass = find(this.root, ".glass", HTMLElement);
    this.space = { width: glass.clientWidth, height: glass.clientHeight };
  }

  update() {
    const { experiment, snapshot, series } = this.store;
    const { current } = this.selection;
    if (!experiment || !current || snapshot?.run !== series.run) return;
    const { cell, lane, layer } = current;
    const shape = kernelLayers(experiment.layers).find((candidate) => candidate.layer.name === layer)?.shape;
    if (!shape) return;
    const { text } = this;
    const step = snapshot.laneSteps[lane];
    write(
      this.where,
      text("inspector.where", {
        layer,
        filter: cell.out,
        channel: cell.in,
        lane: experiment.lanes[lane].id,
        step: this.translator.format.count(step),
      }),
    );
    write(this.index, text("inspector.index", { out: cell.out, in: cell.in, row: cell.row, col: cell.col }));
    this.#paint(snapshot, current, shape);
    const at = cell.row * shape.cols + cell.col;
    // After a failure they don't come any more.
    const lost = experiment.status === "failed";
    const pending = lost ? NONE : PENDING;
    /** Null until the exact numbers are here: nothing else is shown in their place. */
    const kernels = this.rows.map((_, index) => exactKernel(this.store, layer, shape, cell, index));
    this.root.dataset.step = String(step);
    this.root.toggleAttribute("data-exact", kernels[lane] !== null);
    this.rows.forEach(({ row, weight, gradient }, index) => {
      row.toggleAttribute("data-seen", index === lane);
      const kernel = kernels[index];
      write(weight, kernel ? exact(kernel.weight[at]) : pending);
      write(gradient, !kernel ? pending : kernel.gradient ? exact(kernel.gradient[at]) : text("inspector.none"));
    });
    const seen = kernels[lane];
    if (!seen) {
      write(this.sentence, lost ? text("inspector.lost") : pending);
      write(this.sum, NOTHING);
      return;
    }
    this.#explain(seen.weight[at], seen.gradient?.[at] ?? null, series.at("learningRate", step, lane), step, lane);
  }

  /** Whether the numbers of the selected cell are here. */
  get isExact() {
    return this.root.hasAttribute("data-exact");
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

  /**
   * In the colours of the board: a level has the very colour of the value that it stands for.
   * @param {SnapshotFrame} snapshot
   * @param {Selected} selected
   * @param {KernelShape} shape
   */
  #paint(snapshot, { cell, lane, layer }, shape) {
    const { palette, outlines } = this.board;
    const size = shape.rows * shape.cols;
    const start = flatIndex(shape, { ...cell, row: 0, col: 0 });
    for (const quantity of /** @type {Quantity[]} */ (["weight", "gradient"])) {
      const magnifier = this.magnifiers[quantity];
      const values = laneValues(snapshot, layer, quantity, lane)?.subarray(start, start + size) ?? null;
      const { limit } = limitOf(snapshot, layer, quantity);
      magnifier.fit(shape.rows, shape.cols, this.space, devicePixelRatio);
      magnifier.paint(values, limit, palette[quantity], palette.absent, cell, outlines);
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
    if (gradient !== null && Number.isNaN(rate)) {
      // The history of that step came thinned: its rate isn't here, and another step's would be a guess.
      write(this.sentence, this.text("inspector.no_rate", { step: this.translator.format.count(step) }));
      write(this.sum, NOTHING);
      return;
    }
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
      write(this.sum, NOTHING);
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
