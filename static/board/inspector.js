import { channelText, layerName } from "../state/description.js";
import { markOf } from "../draw/facts.js";
import { orientationText } from "../state/orientation.js";
import { drawn } from "../state/scales.js";
import { isOfKernel } from "../state/selection.js";
import { exactKernel, flatIndex } from "../state/tensors.js";
import { matchWords } from "../state/truth.js";
import { find, part, write } from "../base/dom.js";
import { exact, significant } from "../base/format.js";
import { filterFacts } from "../draw/filters.js";
import { COLOURS, isMap } from "../state/quantities.js";
import { ofLane } from "../draw/lane-style.js";
import { explanation } from "./explanation.js";
import { ChannelChoice } from "./channel-choice.js";
import { onCells } from "./cells.js";
import { Magnifier } from "./magnifier.js";

/**
 * The inspector: the selected kernel enlarged, the exact numbers of one cell in every lane, and what the last step did to it.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/selection.js").Selected} Selected
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 */

const PENDING = "…";
const NONE = "–";
const NOTHING = "\u00a0";

export class Inspector {
  /** @param {Page} page */
  constructor({ store, selection, pointed, view, colours, translator }) {
    this.store = store;
    this.selection = selection;
    this.pointed = pointed;
    this.view = view;
    this.colours = colours;
    this.translator = translator;
    const root = find(document, "#inspector", HTMLElement);
    this.root = root;
    this.where = part(root, "where");
    this.index = part(root, "index");
    this.lanes = part(root, "lanes");
    this.sentence = part(root, "sentence");
    this.sum = part(root, "sum");
    this.filter = part(root, "filter");
    /** One for the weights, one for what the board shows beside them. */
    this.magnifiers = [
      new Magnifier(find(root, '[data-part="weight"]', HTMLCanvasElement)),
      new Magnifier(find(root, '[data-part="gradient"]', HTMLCanvasElement)),
    ];
    for (const magnifier of this.magnifiers) this.#cells(magnifier);
    this.channels = new ChannelChoice(root, { selection, view });
    this.caption = part(root, "second-caption");
    /** @type {{row: HTMLElement, weight: HTMLElement, gradient: HTMLElement}[]} */
    this.rows = [];
    this.space = { width: 0, height: 0 };
    this.structure = "";
  }

  /** @param {Magnifier} magnifier whose cells can be pointed at, and chosen */
  #cells({ canvas, cellAt }) {
    const { selection, pointed } = this;
    const selectedAt = (/** @type {{row: number, col: number}} */ place) => {
      const { current } = selection;
      return current && { ...current, cell: { ...current.cell, ...place } };
    };
    onCells(canvas, {
      cellAt,
      point(place) {
        const weight = selectedAt(place);
        const { left, top, width, height } = canvas.getBoundingClientRect();
        if (weight) pointed.set(weight, { at: { x: left + width / 2, y: top }, stretches: [{ top, bottom: top + height }] });
      },
      leave: () => pointed.leave(),
      select: (place) => selection.set(selectedAt(place)),
    });
  }

  describe() {
    const { experiment } = this.store;
    if (!experiment) return;
    const structure = String(experiment.lanes.map(({ id }) => id));
    if (structure !== this.structure) {
      this.structure = structure;
      this.rows = experiment.lanes.map(({ id }) => {
        const row = ofLane("row-template", id);
        return { row, weight: part(row, "first"), gradient: part(row, "second") };
      });
      this.lanes.replaceChildren(...this.rows.map(({ row }) => row));
    }
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
    const shows = this.view.shown.find((candidate) => candidate.layer.name === layer);
    if (!shows) return;
    const { shape } = shows;
    const { text } = this;
    const step = snapshot.laneSteps[lane];
    write(
      this.where,
      text("inspector.where", {
        layer: layerName(layer, this.translator),
        filter: cell.out,
        channel: channelText(experiment.layers, layer, cell, this.translator),
        lane: experiment.lanes[lane].id,
        step: this.translator.format.count(step),
      }),
    );
    write(this.index, text("inspector.index", { out: cell.out, in: cell.in, row: cell.row, col: cell.col }));
    this.#paint(snapshot, current, shows);
    this.channels.update();
    this.#describeFilter(snapshot, current);
    const at = cell.row * shape.cols + cell.col;
    // After a failure they will not arrive.
    const lost = experiment.status === "failed";
    const pending = lost ? NONE : PENDING;
    /** Null until the exact numbers have arrived: nothing else is shown instead. */
    const kernels = this.rows.map((_, index) => exactKernel({ snapshot, kernels: this.store.kernels }, layer, shape, cell, index));
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
    const { optimizer } = experiment.config.lanes[lane];
    const rate = series.at("learning_rate", step, lane);
    const { sentence, sum } = explanation(numbers, { step, rate, optimizer, edits: experiment.edits }, this.translator);
    write(this.sentence, sentence);
    write(this.sum, sum);
  }

  /**
   * Describe in words and numbers what is drawn under the filter.
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
    // NaN if W and its update were 0, or the lane has made no step.
    if (ratio === Infinity) parts.push(this.text("filter.ratio.from_zero"));
    else if (ratio !== null && Number.isFinite(ratio)) parts.push(this.text("filter.ratio", { ratio: `${significant(100 * ratio, 2)}%` }));
    const seen = { percent: String(active), step: format.count(snapshot.activeStep ?? 0) };
    if (active !== null) parts.push(this.text(mark ? `filter.${mark}` : "filter.active", seen));
    const orientation = this.view.orientations(snapshot, layer, lane)[cell.out];
    if (orientation) parts.push(this.text("filter.oriented", { orientation: orientationText(orientation) }));
    const match = this.view.matches(snapshot, layer, lane)[cell.out];
    if (match) parts.push(this.text(...matchWords(match, experiment?.dataset.classes ?? [])));
    write(this.filter, this.translator.join("sentences", parts));
  }

  /** Whether the exact numbers of the selected cell have arrived. */
  get isExact() {
    return this.root.hasAttribute("data-exact");
  }

  /** The announcement for a screen reader when the keys have moved the cell. */
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

  /**
   * Paint in the board's colours: a level has exactly the colour of the value it stands for.
   * @param {SnapshotFrame} snapshot
   * @param {Selected} selected
   * @param {{layer: import("../base/types.js").Layer, shape: KernelShape}} shows
   */
  #paint(snapshot, { cell, lane, layer }, { layer: { always_shown: isConv, output_shape: output }, shape }) {
    const { palette, outlines } = this.colours;
    const size = shape.rows * shape.cols;
    // All three channels of a colour.
    const from = flatIndex(shape, { ...cell, row: 0, col: 0, ...(shape.colour && { in: 0 }) });
    const kernel = { from, to: from + (shape.colour ? 3 : 1) * size };
    const { against, bands } = this.view;
    // A dense layer's maps would be single numbers.
    const isAbsent = (isMap(bands[1]) && !isConv) || (bands[1] === "truth" && layer !== this.view.compared);
    const second = isAbsent ? "gradient" : bands[1];
    const on = this.pointed.current;
    const pointed = on && isOfKernel({ layer: on.layer, ...on.cell }, { layer, lane, cell }) ? on.cell : null;
    write(this.caption, this.text(`inspector.second.${second}`, { lane: against }));
    /** @type {const} */ (["weight", second]).forEach((quantity, index) => {
      const magnifier = this.magnifiers[index];
      const maps = isMap(quantity);
      const [, rows, cols] = maps ? output : [0, shape.rows, shape.cols];
      const stretch = maps ? { from: cell.out * rows * cols, to: (cell.out + 1) * rows * cols } : kernel;
      const picture = { ...drawn(snapshot, layer, quantity, lane, this.view, stretch), table: palette[COLOURS[quantity]] };
      magnifier.fit(rows, cols, this.space, devicePixelRatio);
      magnifier.paint(picture, palette.absent, maps ? null : { selected: cell, pointed }, outlines);
    });
  }
}
