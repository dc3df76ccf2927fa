import { TILE_CHANNELS } from "../draw/atlas.js";
import { hide } from "../base/dom.js";
import { filterFacts, highestNorm } from "../draw/filters.js";
import { laneColour, resolveColour } from "../draw/lane-style.js";
import { votingLanes } from "../charts/scale.js";
import { COLOURS } from "../state/quantities.js";
import { laneValues, limitOf } from "../state/tensors.js";
import { statusAt } from "../state/verdict.js";
import { LayerCard } from "./layer-card.js";
import { PanelView } from "./panel-view.js";

/**
 * A row of the board: one layer, with its card and a panel in every lane, all of which show the same filters.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 * @typedef {import("../base/types.js").Layer} Layer
 */

export class LayerRow {
  /**
   * @param {Page} page
   * @param {{layer: Layer, shape: KernelShape}} what
   * @param {number} row
   * @param {string[]} lanes ids
   */
  constructor(page, { layer, shape }, row, lanes) {
    this.page = page;
    this.name = layer.name;
    this.shape = shape;
    /** A filter on the page, if there are too many for one page. */
    this.filter = 0;
    this.lanes = lanes;
    this.card = new LayerCard(layer, shape, row, kindOf(layer, shape), page.translator, (by) => this.turn(by));
    this.panels = lanes.map((lane, index) => this.#panel(lane, index, row));
    /** @type {string[]} */
    this.lineColours = [];
    this.recolour();
  }

  /** Adapt to another theme, or to other bands. */
  recolour() {
    const { colours, view } = this.page;
    this.lineColours = this.lanes.map((id) => resolveColour(laneColour(id)));
    this.card.show(view.bands, colours.palette);
  }

  /** @param {number} by pages, forward or (below 0) back */
  turn(by) {
    const { first, perPage, shape } = this.panels[0].panel;
    const filter = first + by * perPage;
    if (filter >= 0 && filter < shape.out) this.reveal(filter);
  }

  /** @param {number} filter whose page to turn to */
  reveal(filter) {
    this.filter = filter;
    const { first, perPage } = this.panels[0].panel;
    // This remakes all pictures.
    if (filter < first || filter >= first + perPage) this.page.fit.invalidate();
  }

  /** @param {number} space width of each panel in CSS pixels */
  resize(space) {
    for (const view of this.panels) view.resize(space, devicePixelRatio, this.page.view.bands.length, this.filter);
    const { first, perPage } = this.panels[0].panel;
    this.card.showPage(first, perPage);
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    const { name, card } = this;
    const { bands, against } = this.page.view;
    const { palette } = this.page.colours;
    for (const legend of card.legends) legend.update(limitOf(snapshot, name, legend.quantity, against));
    const scales = bands.map((quantity) => ({
      limit: limitOf(snapshot, name, quantity, against).limit,
      table: palette[COLOURS[quantity]],
    }));
    this.panels.forEach((view, lane) => {
      if (view.isHidden) return;
      const { stretch } = view.panel;
      const painted = bands.map((quantity, band) => ({
        values: laneValues(snapshot, name, quantity, lane, against, stretch),
        ...scales[band],
      }));
      view.panel.paint(painted, palette.absent);
      hide(view.note, snapshot.step > 0 || painted[1].values !== null);
    });
  }

  /** Puts what was painted on the screen, with the outlines of the selected cell. */
  show() {
    const cell = this.page.selection.outlinedIn(this.name);
    for (const view of this.panels) view.panel.show(cell, this.page.colours.outlines);
  }

  /**
   * Write the facts under the filters. Norms share one scale over all lanes that train.
   * @param {SnapshotFrame} snapshot
   * @param {import("../base/types.js").Experiment} experiment
   */
  updateFacts(snapshot, { lanes, layers }) {
    const { store, translator, colours } = this.page;
    const facts = this.panels.map((_, lane) => filterFacts(snapshot, store.series, layers, this.name, lane));
    const highest = highestNorm(facts, votingLanes(lanes));
    this.panels.forEach((view, lane) => {
      const status = statusAt(lanes[lane], store.pastStep);
      view.showMark(status === "training" ? null : translator.text(`panel.${status}`));
      if (!view.isHidden) view.showFacts(facts[lane], highest, { ...colours.facts, line: this.lineColours[lane] });
    });
  }

  /**
   * @param {string} lane
   * @param {number} index of the lane
   * @param {number} row
   */
  #panel(lane, index, row) {
    const { selection, translator } = this.page;
    const { name: layer, shape } = this;
    return new PanelView({ layer, lane, shape, row, prompt: index === 0 && row === 0 }, translator, {
      selected: () => selection.outlinedIn(layer),
      select(cell, how) {
        if (how === "keys") selection.reach({ layer, lane: index, cell });
        else selection.set({ layer, lane: index, cell });
      },
      turn: (by) => this.turn(by),
    });
  }
}

/**
 * How a layer's picture is to be read.
 * @param {Layer} layer
 * @param {KernelShape} shape
 */
function kindOf({ always_shown: isShown }, shape) {
  const isTiled = shape.in <= TILE_CHANNELS;
  if (!isShown) return isTiled ? "units" : "dense";
  return isTiled ? "tiles" : "grid";
}
