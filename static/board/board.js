import { TILE_CHANNELS } from "../draw/atlas.js";
import { palette } from "../draw/colormap.js";
import { kernelLayers, laneValues, limitOf } from "../state/tensors.js";
import { find, hide } from "../base/dom.js";
import { filterFacts, highestNorm } from "../draw/filters.js";
import { BANDS, COLOURS } from "../state/kernel-view.js";
import { currentTheme } from "../base/theme.js";
import { LaneHead } from "./lane-head.js";
import { statusAt } from "../state/verdict.js";
import { votingLanes } from "../charts/scale.js";
import { laneColour, resolveColour } from "../draw/lane-style.js";
import { LayerCard } from "./layer-card.js";
import { LaneStrip } from "./lane-strip.js";
import { PanelView } from "./panel-view.js";

/**
 * The board: lanes as columns, layers as rows, a panel where they meet. Its document is built once for an experiment;
 * after that only canvases are painted and texts replaced.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/selection.js").Selection} Selection
 * @typedef {import("../state/store.js").Store} Store
 * @typedef {import("../base/types.js").Cell} Cell
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").KernelShape} KernelShape
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("./view-switch.js").Choice} Choice
 *
 * @typedef {object} BoardHandlers
 * @property {(lane: string, rate: number) => void} onRate
 * @property {(lane: string) => void} onMenu
 * @property {(layer: string, lane: number, cell: Cell, how: "pointer" | "keys") => void} onCell
 * @property {() => void} onFit  what is shown has changed, and is to be fitted into the room there is
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
    this.strip = new LaneStrip(this.root, translator);
    this.noKernels = find(this.root, "#no-kernels", HTMLElement);
    this.structure = "";
    /** Ids of lanes. @type {Set<string>} */
    this.hidden = new Set();
    /** @type {LaneHead[]} */
    this.heads = [];
    /** `filter`: one that is to be seen, where there are too many to be seen at once. @type {{name: string, filter: number, card: LayerCard, panels: PanelView[]}[]} */
    this.rows = [];
    /** What of the kernels is shown. @type {Choice} */
    this.choice = { view: "gradient", against: "", dense: new Set() };
    this.corner = find(this.root, "#corner", HTMLElement);
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
    this.factColours = factColours();
    /** @type {Record<string, string>} */
    this.lineColours = {};
  }

  /** Builds the document where the experiment's lanes or layers are others than before. */
  describe() {
    const { experiment } = this.store;
    if (!experiment) return;
    const { layers } = this;
    const structure = JSON.stringify([experiment.lanes.map((lane) => lane.id), layers.map(({ layer }) => layer)]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.#build(experiment, layers);
    }
    experiment.lanes.forEach((lane, index) => this.heads[index].describe(lane, experiment.config.lanes[index]));
  }

  /** The layers whose kernels are shown, with the shapes of these. */
  get layers() {
    return kernelLayers(this.store.experiment?.layers ?? [], this.choice.dense);
  }

  /** What of the kernels is shown, from top to bottom. */
  get bands() {
    return BANDS[this.choice.view];
  }

  /**
   * Shows something else of the kernels.
   * @param {Choice} choice
   */
  view(choice) {
    this.choice = choice;
    this.describe();
    for (const { card } of this.rows) card.show(this.bands, this.palette);
    this.handlers.onFit();
  }

  /**
   * @param {string} layer
   * @param {number} by pages, on or back
   */
  turn(layer, by) {
    const row = this.rows.find(({ name }) => name === layer);
    if (!row) return;
    const { first, perPage, shape } = row.panels[0].panel;
    const filter = first + by * perPage;
    if (filter >= 0 && filter < shape.out) this.reveal(layer, filter);
  }

  /**
   * Turns to the page with this filter.
   * @param {string} layer
   * @param {number} filter
   */
  reveal(layer, filter) {
    const row = this.rows.find(({ name }) => name === layer);
    if (!row) return;
    row.filter = filter;
    const { first, perPage } = row.panels[0].panel;
    // All pictures are made anew then.
    if (filter < first || filter >= first + perPage) this.handlers.onFit();
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
    document.documentElement.style.setProperty("--lanes", String(column));
    this.handlers.onFit();
  }

  /** Fits the pictures into the room there is. */
  resize() {
    const head = this.heads.find(({ root }) => !root.hidden);
    if (!head) return;
    const space = head.root.clientWidth;
    for (const { filter, card, panels } of this.rows) {
      for (const view of panels) view.resize(space, devicePixelRatio, this.bands.length, filter);
      card.showPage(panels[0].panel.first, panels[0].panel.perPage);
    }
    // All are measured at once: in between, each would have the browser lay out the page.
    const views = this.rows.flatMap(({ panels }) => panels);
    const corners = views.map(({ corner }) => corner);
    views.forEach((view, index) => view.place(corners[index]));
    // Only now: pictures of before may be wider than there is room.
    this.strip.fit();
  }

  retheme() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
    this.factColours = factColours();
    for (const { root } of this.heads) {
      const id = root.dataset.lane ?? "";
      this.lineColours[id] = resolveColour(laneColour(id));
    }
    for (const { card } of this.rows) card.show(this.bands, this.palette);
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    const { bands, palette } = this;
    const { against } = this.choice;
    for (const { name, card, panels } of this.rows) {
      for (const legend of card.legends) legend.update(limitOf(snapshot, name, legend.quantity, against));
      const scales = bands.map((quantity) => ({
        limit: limitOf(snapshot, name, quantity, against).limit,
        table: palette[COLOURS[quantity]],
      }));
      panels.forEach((view, lane) => {
        if (view.root.parentElement?.hidden) return;
        const { stretch } = view.panel;
        const painted = bands.map((quantity, band) => ({
          values: laneValues(snapshot, name, quantity, lane, against, stretch),
          ...scales[band],
        }));
        view.panel.paint(painted, palette.absent);
        hide(view.note, snapshot.step > 0 || painted[1].values !== null);
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
    const { experiment, series, pastStep } = this.store;
    if (!experiment) return;
    experiment.lanes.forEach((lane, index) => this.heads[index].update(lane, series, pastStep));
    this.strip.update(experiment.lanes, series, pastStep);
  }

  /** What stands under the filters. Norms of one layer are on one scale in all lanes that train. */
  updateFacts() {
    const { experiment, series, pastStep, shown: snapshot } = this.store;
    if (!experiment || snapshot?.run !== series.run) return;
    for (const { name, panels } of this.rows) {
      const facts = panels.map((_, lane) => filterFacts(snapshot, series, experiment.layers, name, lane));
      const highest = highestNorm(facts, votingLanes(experiment.lanes));
      panels.forEach((view, lane) => {
        const { id } = experiment.lanes[lane];
        const status = statusAt(experiment.lanes[lane], pastStep);
        view.showMark(status === "training" ? null : this.translator.text(`panel.${status}`));
        if (!view.root.parentElement?.hidden) view.showFacts(facts[lane], highest, { ...this.factColours, line: this.lineColours[id] });
      });
    }
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
      filter: 0,
      card: new LayerCard(layer, shape, row, kindOf(layer, shape), this.translator, (by) => this.turn(layer.name, by)),
      panels: experiment.lanes.map((lane, index) => this.#panel(layer.name, lane.id, index, shape, row)),
    }));
    this.heads.forEach((head, lane) => head.root.append(...this.rows.map(({ panels }) => panels[lane].root)));
    this.retheme();
    this.root.style.setProperty("--layers", String(layers.length));
    // The corner stays where it is, and with it the focus.
    const focused = placeOfFocus(this.root);
    for (const child of [...this.root.children]) if (child !== this.corner && child !== this.noKernels) child.remove();
    hide(this.noKernels, layers.length > 0);
    this.root.append(...this.rows.map(({ card }) => card.root), ...this.heads.map(({ root }) => root));
    this.strip.build(this.heads.map(({ root }) => root));
    this.root.removeAttribute("aria-busy");
    this.#placeLanes();
    const same = focused ? this.root.querySelector(focused) : null;
    if (same instanceof HTMLElement) same.focus({ preventScroll: true });
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
      turn: (by) => this.turn(layer, by),
    });
  }
}

/**
 * Where the focus is in a lane, so that it can be found among other lanes; null: it is elsewhere.
 * @param {HTMLElement} root
 */
function placeOfFocus(root) {
  const { activeElement } = document;
  const lane = activeElement?.closest("[data-lane].lane");
  if (!activeElement || !lane || !root.contains(lane)) return null;
  const layer = activeElement.getAttribute("data-layer");
  const what = layer ? `canvas[data-layer="${layer}"]` : `.${[...activeElement.classList].join(".")}`;
  return `.lane[data-lane="${lane.getAttribute("data-lane")}"] ${what}`;
}

/**
 * How a layer's picture is to be read.
 * @param {Layer} layer
 * @param {KernelShape} shape
 */
function kindOf({ type }, shape) {
  const isTiled = shape.in <= TILE_CHANNELS;
  if (type === "dense") return isTiled ? "units" : "dense";
  return isTiled ? "tiles" : "grid";
}

function factColours() {
  return { line: "", text: resolveColour("var(--muted)"), mark: resolveColour("var(--error)"), font: "10.5px system-ui, sans-serif" };
}

function outlineColours() {
  return {
    inner: resolveColour("var(--ink)"),
    outer: resolveColour("var(--card)"),
    kernel: resolveColour("var(--accent)"),
  };
}
