import { TILE_CHANNELS } from "../draw/atlas.js";
import { hide } from "../base/dom.js";
import { significant } from "../base/format.js";
import { filterFacts, highestNorm } from "../draw/filters.js";
import { laneColour, resolveColour } from "../draw/lane-style.js";
import { votingLanes } from "../charts/scale.js";
import { isMeasured } from "../state/orientation.js";
import { COLOURS, isMap } from "../state/quantities.js";
import { drawn, isClipped } from "../state/scales.js";
import { laneValues, limitOf } from "../state/tensors.js";
import { matchText, meanMatch } from "../state/truth.js";
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
    const [, rows, cols] = layer.output_shape;
    /** The size of each filter's map; null for a dense layer, which has single numbers instead. */
    this.map = layer.always_shown ? { rows, cols } : null;
    this.lanes = lanes;
    this.card = new LayerCard(layer, shape, row, kindOf(layer, shape), page.translator, {
      turn: (by) => this.turn(by),
      symlog: () => page.view.show({ scale: page.view.scale === "symlog" ? "shared" : "symlog" }),
      oriented: () => page.view.show({ oriented: !page.view.oriented }),
      channels: page.view.seesColour(layer) ? () => page.view.show({ channels: !page.view.channels }) : null,
    });
    this.panels = lanes.map((lane, index) => this.#panel(lane, index, row));
    /** @type {string[]} */
    this.lineColours = [];
    this.recolour();
  }

  /** Adapt to another theme, or to other bands. */
  recolour() {
    const { colours, image, store, view } = this.page;
    const { label, isUnlabelled } = image;
    const name = label === null ? null : (store.experiment?.dataset.classes[label] ?? null);
    this.lineColours = this.lanes.map((id) => resolveColour(laneColour(id)));
    this.card.show(this.bands, colours.palette, { name, isUnlabelled }, view.oriented);
  }

  /** The quantities that its pictures show, from top to bottom. */
  get bands() {
    const { bands } = this.page.view;
    return bands.filter((quantity) => (this.map || !isMap(quantity)) && (this.isCompared || quantity !== "truth"));
  }

  /** Whether planted kernels are shown below those of its filters. */
  get isCompared() {
    const { name, compared } = this.page.view;
    return name === "truth" && this.name === compared;
  }

  /** @param {number} by pages, forward or (below 0) back */
  turn(by) {
    const { first, perPage, shape } = this.panels[0].panel;
    const filter = first + by * perPage;
    if (filter >= 0 && filter < shape.out) this.reveal(filter);
  }

  /** @param {number} filter whose page to turn to */
  reveal(filter) {
    const { first, perPage, plan } = this.panels[0].panel;
    if (!plan) this.page.view.turnTo(this.name, filter);
    else if (filter < first || filter >= first + perPage) this.page.view.turnTo(this.name, filter - (filter % perPage));
  }

  /** @param {{width: number, height: number}} space of each panel in CSS pixels */
  resize(space) {
    const bands = this.bands.filter((quantity) => !isMap(quantity)).length;
    const map = this.bands.length > bands ? this.map : null;
    const marks = (this.page.view.oriented && this.map !== null && isMeasured(this.shape)) || this.isCompared;
    for (const view of this.panels) view.resize(space, devicePixelRatio, { bands, map, marks }, this.page.view.pageOf(this.name));
    const { first, perPage } = this.panels[0].panel;
    this.card.showPage(first, perPage);
  }

  /**
   * @param {SnapshotFrame} snapshot
   * @param {boolean[]} seen whether each lane is in sight: only pictures of these are painted
   */
  paint(snapshot, seen) {
    const { name, card, bands } = this;
    const { palette } = this.page.colours;
    this.panels.forEach((view, lane) => {
      const { stretch } = view.panel;
      const painted = bands.map((quantity) => {
        const size = this.map ? this.map.rows * this.map.cols : 0;
        const { first, perPage } = view.panel;
        const part = isMap(quantity) ? { from: first * size, to: (first + perPage) * size } : stretch;
        /** @type {import("../draw/paint.js").Frame | null} */
        const frame = this.shape.colour ? (COLOURS[quantity] === "gradient" ? "change" : "edge") : null;
        return { ...drawn(snapshot, name, quantity, lane, this.page.view, part), table: palette[COLOURS[quantity]], frame };
      });
      if (lane === 0) for (const legend of card.legends) legend.update(painted[bands.indexOf(legend.quantity)]);
      if (view.isHidden) return;
      if (seen[lane]) view.panel.paint(painted, palette.absent);
      const own = painted.filter(({ kind }) => kind === "lanes");
      view.showScales(own.length > 0 ? own.map(({ limit }) => (limit === 0 ? "–" : `±${significant(limit, 2)}`)).join(" · ") : null);
      hide(view.note, snapshot.step > 0 || bands.some(isMap) || painted[painted.length - 1].values !== null);
    });
  }

  /** Puts what was painted on the screen, with the outlines of the selected cell and of that which is pointed at. */
  show() {
    const { selection, pointed, colours } = this.page;
    const [cell, looked] = [selection.outlinedIn(this.name), cellIn(this.name, pointed.current)];
    const map = this.page.pointedMap.current;
    const place = map?.layer === this.name ? map : null;
    for (const view of this.panels) view.panel.show(cell, looked, place, colours.outlines);
  }

  /**
   * Write the facts under the filters. Norms share one scale over all lanes that train.
   * @param {SnapshotFrame} snapshot
   * @param {import("../base/types.js").Experiment} experiment
   * @param {boolean[]} seen whether each lane is in sight: only in these are they drawn
   */
  updateFacts(snapshot, { lanes, layers, dataset }, seen) {
    const { store, translator, colours } = this.page;
    const facts = this.panels.map((_, lane) => filterFacts(snapshot, store.series, layers, this.name, lane));
    const highest = highestNorm(facts, votingLanes(lanes));
    this.#offerSymlog(snapshot, lanes);
    this.panels.forEach((view, lane) => {
      const status = statusAt(lanes[lane], store.pastStep);
      view.showMark(status === "training" ? null : translator.text(`lane.status.${status}`));
      if (view.isHidden) return;
      const orientations = this.page.view.orientations(snapshot, this.name, lane);
      const matches = this.page.view.matches(snapshot, this.name, lane);
      if (seen[lane])
        view.showFacts({ facts: facts[lane], orientations, matches }, highest, { ...colours.facts, line: this.lineColours[lane] });
      const match = matchText(meanMatch(matches, dataset.classes.length));
      view.showMatch(matches.length > 0 ? translator.text("panel.match", { match }) : null);
    });
  }

  /**
   * Offer gradients on a logarithmic scale where the shared one clips many of those of a lane that trains.
   * @param {SnapshotFrame} snapshot
   * @param {import("../base/types.js").Lane[]} lanes
   */
  #offerSymlog(snapshot, lanes) {
    const legend = this.card.legends.find(({ quantity }) => quantity === "gradient");
    if (!legend || legend.symlog.hasAttribute("data-offered") || !this.page.can("symlog")) return;
    const { limit } = limitOf(snapshot, this.name, "gradient");
    const clipped = votingLanes(lanes).some((lane) => isClipped(laneValues(snapshot, this.name, "gradient", lane), limit));
    if (clipped) legend.offerSymlog();
  }

  /**
   * @param {string} lane
   * @param {number} index of the lane
   * @param {number} row
   */
  #panel(lane, index, row) {
    const { selection, pointed, translator } = this.page;
    const { name: layer, shape } = this;
    return new PanelView({ layer, lane, shape, row }, translator, {
      selected: () => cellIn(layer, selection.current),
      pointed: () => cellIn(layer, pointed.current),
      select(cell, how) {
        if (how === "keys") selection.reach({ layer, lane: index, cell });
        else selection.set({ layer, lane: index, cell });
      },
      point: (cell, clear) => pointed.set({ layer, lane: index, cell }, clear),
      leave: () => pointed.leave(),
      turn: (by) => this.turn(by),
    });
  }
}

/**
 * The cell of a weight, if it lies in this layer.
 * @param {string} layer
 * @param {import("../state/selection.js").Selected | null} weight
 */
const cellIn = (layer, weight) => (weight?.layer === layer ? weight.cell : null);

/**
 * How a layer's picture is to be read.
 * @param {Layer} layer
 * @param {KernelShape} shape
 */
function kindOf({ always_shown: isShown }, shape) {
  if (shape.colour) return isShown ? "colours" : "templates";
  const isTiled = shape.in <= TILE_CHANNELS;
  if (!isShown) return isTiled ? "units" : "dense";
  return isTiled ? "tiles" : "grid";
}
