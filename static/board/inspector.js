import { explainUpdate, isPlainSgd } from "../state/update.js";
import { markOf } from "../draw/facts.js";
import { exactKernel, flatIndex, laneValues, limitOf } from "../state/tensors.js";
import { find, part, stamp, write } from "../base/dom.js";
import { digitsFor, DIGITS, equation, inner, signed } from "../base/equation.js";
import { exact, significant } from "../base/format.js";
import { filterFacts } from "../draw/filters.js";
import { COLOURS } from "../state/kernel-view.js";
import { optimizerName } from "../state/description.js";
import { drawSwatch } from "../draw/lane-style.js";
import { Magnifier } from "./magnifier.js";

/**
 * The kernel under the magnifying glass: its weights and gradient, the exact numbers of one cell in every lane, and what
 * the last step did to it.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/selection.js").Selected} Selected
 * @typedef {import("../state/selection.js").Selection} Selection
 * @typedef {import("../state/store.js").Store} Store
 * @typedef {import("../base/types.js").KernelShape} KernelShape
 * @typedef {import("./board.js").Board} Board
 */

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
    this.filter = part(root, "filter");
    /** The weights, and what the board shows besides. */
    this.magnifiers = [
      new Magnifier(find(root, '[data-part="weight"]', HTMLCanvasElement)),
      new Magnifier(find(root, '[data-part="gradient"]', HTMLCanvasElement)),
    ];
    this.caption = part(root, "second-caption");
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
    const isThere = current && this.board.layers.some(({ layer }) => layer.name === current.layer);
    if (!isThere || current.lane >= experiment.lanes.length) this.#chooseDefault();
  }

  resize() {
    const glass = find(this.root, ".glass", HTMLElement);
    this.space = { width: glass.clientWidth, height: glass.clientHeight };
  }

  update() {
    const { experiment, shown: snapshot, series } = this.store;
    const { current } = this.selection;
    if (!experiment || !current || snapshot?.run !== series.run) return;
    const { cell, lane, layer } = current;
    const shape = this.board.layers.find((candidate) => candidate.layer.name === layer)?.shape;
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
    this.#describeFilter(snapshot, current);
    const at = cell.row * shape.cols + cell.col;
    // After a failure they don't come any more.
    const lost = experiment.status === "failed";
    const pending = lost ? NONE : PENDING;
    /** Null until the exact numbers are here: nothing else is shown in their place. */
    const kernels = this.rows.map((_, index) => exactKernel({ snapshot, kernel: this.store.kernel }, layer, shape, cell, index));
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
    const of = (/** @type {Float32Array | null} */ numbers) => numbers?.[at] ?? null;
    const numbers = { weight: seen.weight[at], gradient: of(seen.gradient), update: of(seen.update), before: of(seen.before) };
    this.#explain(numbers, series.at("learningRate", step, lane), step, lane);
  }

  /**
   * In words and numbers what is drawn under the filter.
   * @param {SnapshotFrame} snapshot
   * @param {Selected} selected
   */
  #describeFilter(snapshot, { layer, lane, cell }) {
    const { experiment, series } = this.store;
    const facts = filterFacts(snapshot, series, experiment?.layers ?? [], layer, lane)[cell.out];
    if (!facts) {
      write(this.filter, NOTHING);
      return;
    }
    const { norms, ratio, active } = facts;
    const mark = markOf(active);
    const { format } = this.translator;
    const parts = [this.text("filter.norm", { filter: cell.out, norm: significant(norms[norms.length - 1], 3) })];
    // Not a number where W and its update were 0, or the lane has made no step.
    if (ratio === Infinity) parts.push(this.text("filter.ratio.from_zero"));
    else if (ratio !== null && Number.isFinite(ratio)) parts.push(this.text("filter.ratio", { ratio: `${significant(100 * ratio, 2)}%` }));
    const seen = { percent: String(active), step: format.count(snapshot.activeStep ?? 0) };
    if (active !== null) parts.push(this.text(mark ? `filter.${mark}` : "filter.active", seen));
    write(this.filter, this.translator.join("sentences", parts));
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
    const [first] = this.board.layers;
    if (!experiment || !first) return;
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
    const from = flatIndex(shape, { ...cell, row: 0, col: 0 });
    const kernel = { from, to: from + size };
    const { against } = this.board.choice;
    const [, second] = this.board.bands;
    write(this.caption, this.text(`inspector.second.${second}`, { lane: against }));
    /** @type {const} */ (["weight", second]).forEach((quantity, index) => {
      const magnifier = this.magnifiers[index];
      const values = laneValues(snapshot, layer, quantity, lane, against, kernel);
      const { limit } = limitOf(snapshot, layer, quantity, against);
      magnifier.fit(shape.rows, shape.cols, this.space, devicePixelRatio);
      magnifier.paint(values, limit, palette[COLOURS[quantity]], palette.absent, cell, outlines);
    });
  }

  /**
   * @param {import("../state/update.js").Exact} numbers
   * @param {number} rate that the step used; not a number where it isn't among those that the page holds
   * @param {number} step
   * @param {number} lane
   */
  #explain(numbers, rate, step, lane) {
    const optimizer = this.store.experiment?.config.lanes[lane]?.optimizer ?? { type: "?" };
    const { kind, after, edited } = explainUpdate(numbers, optimizer);
    const [gradient, update, before] = [numbers.gradient ?? NaN, numbers.update ?? NaN, numbers.before ?? NaN];
    const isPlain = isPlainSgd(optimizer) && Number.isFinite(rate);
    const product = equation([rate, Math.abs(gradient)], (lr, g) => lr * g, Math.abs(update));
    const [rateShown, magnitude] = product.terms;
    const values = {
      step: this.translator.format.count(step),
      rate: rateShown,
      gradient: magnitude,
      amount: product.result,
      sign: product.sign,
      optimizer: optimizerName(optimizer, this.translator),
    };
    const edits = this.store.experiment?.edits ?? 0;
    // The history of that step may have come thinned: its rate isn't here, and another step's would be a guess.
    const key = kind === "initial" ? (edits > 0 ? "initial.edited" : kind) : after !== null && isPlainSgd(optimizer) && !isPlain ? "no_rate" : kind;
    const sentences = [this.text(`inspector.${key}`, values)];
    if (edited) sentences.push(this.text("inspector.edited", { weight: exact(numbers.weight) }));
    write(this.sentence, this.translator.join("sentences", sentences));
    if (after === null) {
      write(this.sum, NOTHING);
      return;
    }
    const how = digitsOf(after, before, update);
    if (isPlain) {
      const { terms, sign, result } = equation([before, rate, gradient], (w, lr, g) => w - lr * g, after, how);
      write(this.sum, this.text("inspector.sum", { before: terms[0], rate: terms[1], gradient: inner(terms[2]), sign, after: result }));
      return;
    }
    const { terms, sign, result } = equation([before, update], (w, added) => w + added, after, how);
    write(this.sum, this.text("inspector.sum.update", { before: terms[0], update: signed(terms[1]), sign, after: result }));
  }
}

/**
 * So many that the change is seen in the weight.
 * @param {number} after
 * @param {number} before
 * @param {number} change
 */
function digitsOf(after, before, change) {
  return { digits: digitsFor(after, change), from: [digitsFor(before, change), DIGITS, DIGITS] };
}
