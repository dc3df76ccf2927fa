import { find, hide, part } from "../base/dom.js";
import { LaneHead } from "./lane-head.js";
import { LaneStrip } from "./lane-strip.js";
import { Predictions } from "./predictions.js";
import { LayerRow } from "./row.js";
import { Sight } from "./sight.js";
import { guessesOf } from "../state/predictions.js";
import { ownTexts } from "../state/description.js";
import { hasCourse } from "../lanes/lane-words.js";

/**
 * The board: lanes as columns, layers as rows, a panel where they meet. Its elements are built once per experiment; after that only
 * canvases are painted and texts replaced.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../base/types.js").Experiment} Experiment
 */

/** CSS pixels: the widest phone; what stands on a screen above and below the kernels; the room that they have at least. */
const PHONE = 600;
const AROUND = 450;
const LEAST_ROOM = 440;
/** The heads of lanes out of sight are written in one of so many turns, not all in the same. */
const TURNS = 4;

export class Board {
  /**
   * @param {Page} page
   * @param {(lane: string, rate: number) => void} onRate
   * @param {() => void} onSeen called when lanes are new or have come into sight, and show older numbers or none
   */
  constructor(page, onRate, onSeen) {
    this.page = page;
    this.onRate = onRate;
    this.onSeen = onSeen;
    this.root = find(document, "#board", HTMLElement);
    this.strip = new LaneStrip(this.root, page.translator);
    this.sight = new Sight(this.root, onSeen);
    this.noKernels = find(this.root, "#no-kernels", HTMLElement);
    this.corner = find(this.root, "#corner", HTMLElement);
    this.structure = "";
    /** How often the heads have been written. */
    this.turns = 0;
    /** @type {LaneHead[]} */
    this.heads = [];
    /** One a lane. @type {Predictions[]} */
    this.predictions = [];
    /** @type {LayerRow[]} */
    this.rows = [];
  }

  /** Rebuild the elements if the experiment's lanes or layers have changed. */
  describe() {
    const { store, view } = this.page;
    const { experiment, pastStep } = store;
    if (!experiment) return;
    const structure = JSON.stringify([experiment.lanes.map(({ id }) => id), view.shown]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.#build(experiment);
    }
    const { lanes } = experiment.config;
    this.root.toggleAttribute(
      "data-named",
      lanes.some(({ name }) => name !== ""),
    );
    this.root.toggleAttribute("data-courses", lanes.some(hasCourse));
    this.root.toggleAttribute(
      "data-worded",
      lanes.some((lane) => Boolean(lane.optimizer.momentum) || ownTexts(lane, this.page.translator).length > 0),
    );
    experiment.lanes.forEach((lane, index) => this.heads[index].describe(lane, lanes[index], pastStep));
  }

  /** Shows other quantities, or other layers. */
  renew() {
    this.describe();
    this.recolour();
    this.page.fit.invalidate();
  }

  recolour() {
    for (const row of this.rows) row.recolour();
  }

  /**
   * Turn to the page with this filter.
   * @param {string} layer
   * @param {number} filter
   */
  reveal(layer, filter) {
    this.rows.find(({ name }) => name === layer)?.reveal(filter);
  }

  /** Arrange the shown lanes side by side. */
  placeLanes() {
    const { hidden } = this.page.shownLanes;
    let column = 0;
    for (const { id, root } of this.heads) {
      hide(root, hidden.has(id));
      root.style.setProperty("--column", String(column));
      if (!root.hidden) column += 1;
    }
    document.documentElement.style.setProperty("--lanes", String(column));
    this.page.fit.invalidate();
  }

  /** Fit the pictures into the available room. */
  resize() {
    const head = this.heads.find(({ root }) => !root.hidden);
    if (!head) return;
    const space = { width: head.root.clientWidth, height: roomFor(this.rows.length) };
    if (space.width === 0) return; // another tab is shown
    for (const row of this.rows) row.resize(space);
    // Measure all first: each measurement after a change would make the browser lay out the page.
    const views = this.rows.flatMap(({ panels }) => panels);
    const corners = views.map(({ corner }) => corner);
    views.forEach((view, index) => view.place(corners[index]));
    // Only now: the previous pictures may have been too wide.
    this.strip.fit();
    this.watch();
  }

  /** Paint all lanes until it is known which of them are in sight. */
  watch() {
    this.sight.watch(this.heads.map(({ root }) => root));
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    const seen = this.#seen;
    for (const row of this.rows) row.paint(snapshot, seen);
  }

  /** Puts what was painted on the screen, with the outlines of the selected cell and of that which is pointed at. */
  show() {
    for (const row of this.rows) row.show();
  }

  /** Writes the numbers of the lanes; while training goes on, those out of sight less often: each that changes is laid out anew. */
  updateHeads() {
    const { image, store } = this.page;
    const { experiment, series, pastStep } = store;
    if (!experiment) return;
    this.turns += 1;
    const isRunning = experiment.status === "running";
    const seen = this.#seen;
    const snapshot = store.shown?.run === series.run ? store.shown : null;
    experiment.lanes.forEach((lane, index) => {
      if (isRunning && !seen[index] && (index + this.turns) % TURNS > 0) return;
      this.heads[index].update(lane, series, pastStep);
      this.predictions[index].update(guessesOf(snapshot, index, image), image.label);
    });
    this.strip.update(experiment, series, pastStep);
  }

  /** Writes what stands under the filters. */
  updateFacts() {
    const { experiment, series, shown: snapshot } = this.page.store;
    if (!experiment || snapshot?.run !== series.run) return;
    const seen = this.#seen;
    for (const row of this.rows) row.updateFacts(snapshot, experiment, seen);
  }

  /** Whether each lane is in sight. */
  get #seen() {
    return this.heads.map(({ root }) => !root.hidden && this.sight.sees(root));
  }

  /** Enable what can be set now. */
  offer() {
    const { can, settable, store } = this.page;
    for (const head of this.heads) head.enable(settable);
    this.rows[0]?.panels[0]?.prompt(store.audience?.control !== false && can("start"));
  }

  /** @param {Experiment} experiment */
  #build(experiment) {
    const { translator, view } = this.page;
    const { shown } = view;
    const ids = experiment.lanes.map(({ id }) => id);
    this.heads = experiment.lanes.map((lane, index) => new LaneHead(lane, index, translator, (rate) => this.onRate(lane.id, rate)));
    const { classes } = experiment.dataset;
    this.predictions = this.heads.map(({ id, root }) => new Predictions(part(root, "predictions"), id, classes, translator));
    this.rows = shown.map((what, row) => new LayerRow(this.page, what, row, ids));
    this.heads.forEach((head, lane) => head.root.append(...this.rows.map(({ panels }) => panels[lane].root)));
    this.root.style.setProperty("--layers", String(shown.length));
    // The corner stays where it is, and with it the focus.
    const focused = placeOfFocus(this.root);
    for (const child of [...this.root.children]) if (child !== this.corner && child !== this.noKernels) child.remove();
    hide(this.noKernels, shown.length > 0);
    this.root.append(...this.rows.map(({ card }) => card.root), ...this.heads.map(({ root }) => root));
    this.strip.build(this.heads.map(({ root }) => root));
    this.root.removeAttribute("aria-busy");
    this.placeLanes();
    // At once: a frame that began before would show the canvases in the size that browsers give them.
    this.resize();
    this.onSeen();
    this.offer();
    const same = focused ? this.root.querySelector(focused) : null;
    if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  }
}

/**
 * How high the pictures of each layer may be, in CSS pixels, so that all of them stand on the first screen; 0 on a phone, where
 * kernels come side by side first. It depends on the window alone: room that depended on the heads would change as they do.
 * @param {number} layers
 */
function roomFor(layers) {
  if (innerWidth <= PHONE) return 0;
  return Math.max(LEAST_ROOM, innerHeight - AROUND) / layers;
}

/**
 * The place of the focus within a lane or a layer's card, to restore it after the lanes are rebuilt; null: it is elsewhere.
 * @param {HTMLElement} root
 */
function placeOfFocus(root) {
  const { activeElement } = document;
  const card = activeElement?.closest("[data-layer].layer-card");
  if (card && root.contains(card))
    return `.layer-card[data-layer="${card.getAttribute("data-layer")}"] [data-part="${activeElement?.getAttribute("data-part")}"]`;
  const lane = activeElement?.closest("[data-lane].lane");
  if (!activeElement || !lane || !root.contains(lane)) return null;
  const layer = activeElement.getAttribute("data-layer");
  const what = layer ? `canvas[data-layer="${layer}"]` : `.${[...activeElement.classList].join(".")}`;
  return `.lane[data-lane="${lane.getAttribute("data-lane")}"] ${what}`;
}
