import { TILE_CHANNELS } from "../draw/atlas.js";
import { palette } from "../draw/colormap.js";
import { kernelLayers, laneValues, limitOf } from "../draw/tensors.js";
import { find, hide } from "../dom.js";
import { currentTheme } from "../theme.js";
import { LaneHead } from "./lane-head.js";
import { resolveColour } from "./lane-style.js";
import { LayerCard } from "./layer-card.js";
import { PanelView } from "./panel-view.js";

/**
 * The board: lanes as columns, layers as rows, a panel where they meet. Its document is built once for an experiment;
 * after that only canvases are painted and texts replaced.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../selection.js").Selection} Selection
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("../types.js").Cell} Cell
 * @typedef {import("../types.js").Experiment} Experiment
 * @typedef {import("../types.js").KernelShape} KernelShape
 *
 * @typedef {object} BoardHandlers
 * @property {(lane: string, rate: number) => void} onRate
 * @property {(lane: string) => void} onMenu
 * @property {(layer: string, lane: number, cell: Cell, how: "pointer" | "keys") => void} onCell
 */

export class Board {
  /**
   * @param {Store} store
   * @param {Selection} selection
   * @param {Translator} translator
   * @param {BoardHandlers} handlers
   */
  constructor(store, selection, translator, handlers) {
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    this.handlers = handlers;
    this.root = find(document, "#board", HTMLElement);
    this.structure = "";
    /** Ids of lanes. @type {Set<string>} */
    this.hidden = new Set();
    /** @type {LaneHead[]} */
    this.heads = [];
    /** @type {{name: string, card: LayerCard, panels: PanelView[]}[]} */
    this.rows = [];
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
  }

  /** Builds the document where the experiment's lanes or layers are others than before. */
  describe() {
    const { experiment } = this.store;
    if (!experiment) return;
    const layers = kernelLayers(experiment.layers);
    const structure = JSON.stringify([experiment.lanes.map((lane) => lane.id), layers.map(({ layer }) => layer)]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.#build(experiment, layers);
    }
    experiment.lanes.forEach((lane, index) => this.heads[index].describe(lane, experiment.config.lanes[index]));
  }

  /** The lanes that are not hidden, by their places. */
  get shown() {
    return this.heads.flatMap(({ root }, index) => (root.hidden ? [] : [index]));
  }

  /**
   * Hides a lane on this page; the last one that is shown stays.
   * @param {string} id
   */
  hide(id) {
    this.hidden.add(id);
    this.#placeLanes();
  }

  showAll() {
    this.hidden.clear();
    this.#placeLanes();
  }

  #placeLanes() {
    const ids = this.heads.map(({ root }) => root.dataset.lane ?? "");
    if (ids.every((id) => this.hidden.has(id))) this.hidden.delete(ids[0] ?? "");
    let column = 0;
    this.heads.forEach(({ root }, index) => {
      hide(root, this.hidden.has(ids[index]));
      root.style.setProperty("--column", String(column));
      if (!root.hidden) column += 1;
    });
    this.root.style.setProperty("--lanes", String(column));
    this.resize();
  }

  /** Fits the pictures into the room there is. */
  resize() {
    const head = this.heads.find(({ root }) => !root.hidden);
    if (!head) return;
    const space = head.root.clientWidth;
    for (const { panels } of this.rows) {
      for (const view of panels) view.resize(space, devicePixelRatio);
    }
  }

  retheme() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
    for (const { card } of this.rows) {
      card.legends.weight.paint(this.palette);
      card.legends.gradient.paint(this.palette);
    }
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    for (const { name, card, panels } of this.rows) {
      const scales = { weight: limitOf(snapshot, name, "weight"), gradient: limitOf(snapshot, name, "gradient") };
      card.legends.weight.update(scales.weight);
      card.legends.gradient.update(scales.gradient);
      const limits = { weight: scales.weight.limit, gradient: scales.gradient.limit };
      panels.forEach((view, lane) => {
        const weight = laneValues(snapshot, name, "weight", lane);
        const gradient = laneValues(snapshot, name, "gradient", lane);
        view.panel.paint({ weight, gradient }, limits, this.palette);
        hide(view.note, gradient !== null);
      });
    }
  }

  /** Puts what was painted on the screen, with the outlines of the selected cell. */
  show() {
    for (const { name, panels } of this.rows) {
      const cell = this.selection.outlinedIn(name);
      for (const view of panels) view.panel.show(cell, this.outlines);
    }
  }

  updateHeads() {
    const { experiment, series } = this.store;
    experiment?.lanes.forEach((lane, index) => this.heads[index].update(lane, series));
  }

  /**
   * @param {Experiment} experiment
   * @param {ReturnType<typeof kernelLayers>} layers
   */
  #build(experiment, layers) {
    this.heads = experiment.lanes.map(
      (lane, index) =>
        new LaneHead(
          lane,
          index,
          this.translator,
          (rate) => this.handlers.onRate(lane.id, rate),
          () => this.handlers.onMenu(lane.id),
        ),
    );
    this.rows = layers.map(({ layer, shape }, row) => ({
      name: layer.name,
      card: new LayerCard(layer, shape, row, shape.in <= TILE_CHANNELS ? "tiles" : "grid", this.translator),
      panels: experiment.lanes.map((lane, index) => this.#panel(layer.name, lane.id, index, shape, row)),
    }));
    this.heads.forEach((head, lane) => head.root.append(...this.rows.map(({ panels }) => panels[lane].root)));
    this.root.style.setProperty("--layers", String(layers.length));
    this.root.replaceChildren(...this.rows.map(({ card }) => card.root), ...this.heads.map(({ root }) => root));
    this.root.removeAttribute("aria-busy");
    this.retheme();
    this.#placeLanes();
  }

  /**
   * @param {string} layer
   * @param {string} lane
   * @param {number} index of the lane
   * @param {KernelShape} shape
   * @param {number} row
   */
  #panel(layer, lane, index, shape, row) {
    return new PanelView({ layer, lane, shape, row, prompt: index === 0 && row === 0 }, this.translator, {
      selected: () => this.selection.outlinedIn(layer),
      select: (cell, how) => this.handlers.onCell(layer, index, cell, how),
    });
  }
}

function outlineColours() {
  return {
    inner: resolveColour("var(--ink)"),
    outer: resolveColour("var(--card)"),
    kernel: resolveColour("var(--accent)"),
  };
}
