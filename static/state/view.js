import { Listeners } from "../base/listeners.js";
import { orientationsOf } from "./orientation.js";
import { BANDS, isMap, wantedFor } from "./quantities.js";
import { isShownOnRequest, kernelLayers, seesColour } from "./tensors.js";
import { comparedLayer, matchesOf } from "./truth.js";

/**
 * What the page shows of the kernels: which quantities, of which layers, and which filter.
 *
 * @typedef {import("./quantities.js").ViewName} ViewName
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").Layer} Layer
 */

/** The most weights of a layer that is sent without a request. */
const MOST_UNASKED = 100_000;

export class View {
  constructor() {
    /** What is shown beside the weights as long as nobody has chosen it. @type {ViewName} */
    this.usual = "gradient";
    /** What was chosen; null: nothing, and the usual is shown. @type {ViewName | null} */
    this.chosen = null;
    /** The id of the lane to compare with. */
    this.against = "";
    /** Names of the dense layers that are shown too. @type {Set<string>} */
    this.dense = new Set();
    /** A filter on the page that a layer shows, where that isn't the first one. @type {Map<string, number>} */
    this.pages = new Map();
    /** The colour scales that were chosen; null: the usual ones. @type {import("./scales.js").ScaleKind | null} */
    this.chosenScale = null;
    /** Whether the three channels of a colour image are shown one beside the other. */
    this.channels = false;
    /** Whether each filter's orientation is marked. */
    this.oriented = false;
    /** @type {Layer[]} */
    this.layers = [];
    /** The layer whose filters can be compared with planted kernels. @type {string | null} */
    this.compared = null;
    this.structure = "";
    this.listeners = new Listeners();
    /** @type {Listeners<[layer: string, filter: number]>} */
    this.revealing = new Listeners();
    /** @type {Listeners<[layer: string]>} */
    this.turning = new Listeners();
  }

  /** @param {() => void} listener called when the choice changes */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** What is shown beside the weights. */
  get name() {
    return this.chosen ?? this.usual;
  }

  set name(name) {
    this.chosen = name === this.usual ? null : name;
  }

  /** Beside planted kernels only the form of the learned ones counts: there each lane has a scale of its own. */
  get usualScale() {
    return this.name === "truth" ? "lanes" : "shared";
  }

  /** The colour scales on which the pictures are drawn. */
  get scale() {
    return this.chosenScale ?? this.usualScale;
  }

  set scale(scale) {
    this.chosenScale = scale === this.usualScale ? null : scale;
  }

  /** The quantities that are shown, from top to bottom. */
  get bands() {
    return BANDS[this.name];
  }

  /** The maps that are shown of the filters; null: none. */
  get maps() {
    return this.bands.find(isMap) ?? null;
  }

  /** The layers whose kernels are shown, with the shapes of these. */
  get shown() {
    return kernelLayers(this.layers, this.dense, !this.channels);
  }

  /** Whether a layer's kernels see the channels of a colour image. @param {Pick<Layer, "name">} layer */
  seesColour(layer) {
    return seesColour(this.layers)?.name === layer.name;
  }

  /**
   * The shape of a layer's kernels, if they are shown.
   * @param {string} name
   */
  shapeOf(name) {
    return this.shown.find(({ layer }) => layer.name === name)?.shape;
  }

  /**
   * The further quantities to request from the server.
   * @param {boolean} isDrawn whether anybody can see the pictures; layers and scales are other tabs', too
   */
  wanted(isDrawn) {
    const quantities = isDrawn ? wantedFor(this.name, this.against) : [];
    const scales = this.scale === "shared" ? [] : [this.scale];
    const marks = isDrawn && this.oriented ? ["oriented"] : [];
    return { quantities: [...quantities, ...marks, ...scales], layers: [...this.dense] };
  }

  /**
   * The orientations of a conv layer's filters in a lane.
   * @param {import("../stream/protocol.js").SnapshotFrame} snapshot
   * @param {string} layer
   * @param {number} lane
   * @returns {import("./orientation.js").Orientation[]} none if they aren't marked, or the snapshot doesn't have them
   */
  orientations(snapshot, layer, lane) {
    return this.oriented ? orientationsOf(snapshot, layer, lane) : [];
  }

  /**
   * The matches of a layer's filters in a lane with the planted kernels.
   * @param {import("../stream/protocol.js").SnapshotFrame} snapshot
   * @param {string} layer
   * @param {number} lane
   * @returns {import("./truth.js").Match[]} none if they aren't shown, or the snapshot doesn't have them
   */
  matches(snapshot, layer, lane) {
    return this.name === "truth" ? matchesOf(snapshot, layer, lane) : [];
  }

  /**
   * Adapt to other lanes or layers. Of planted kernels, the usual view is what was planted.
   * @param {Pick<Experiment, "lanes" | "layers" | "dataset" | "capabilities">} experiment
   */
  describe({ lanes, layers, dataset, capabilities }) {
    this.compared = comparedLayer({ layers, dataset });
    const { name } = this;
    this.usual = this.compared !== null && (capabilities?.quantities.includes("truth") ?? true) ? "truth" : "gradient";
    const isOther = this.name !== name;
    const ids = lanes.map(({ id }) => id);
    const structure = JSON.stringify([ids, layers, this.usual]);
    if (structure === this.structure) return;
    const isFirst = this.structure === "";
    this.structure = structure;
    this.layers = layers;
    for (const [layer, filter] of this.pages) if (!this.#has(layer, filter)) this.pages.delete(layer);
    const { against } = this;
    if (!ids.includes(against)) this.against = ids[0];
    // Without any conv layer, the dense layers are all there is to see.
    const unasked = isFirst && !layers.some(({ always_shown: isShown }) => isShown) ? layers.filter(isSmall) : [];
    for (const { name } of unasked) this.dense.add(name);
    if (isOther || unasked.length > 0 || (against !== "" && against !== this.against)) this.listeners.tell();
  }

  /** @param {Partial<Pick<View, "name" | "against" | "channels" | "scale" | "oriented">>} change */
  show(change) {
    Object.assign(this, change);
    this.listeners.tell();
  }

  /**
   * Show exactly these dense layers.
   * @param {string[]} names
   * @returns {boolean} whether all of them exist
   */
  showDense(names) {
    const known = this.layers.filter(isShownOnRequest).map(({ name }) => name);
    this.dense = new Set(known.filter((name) => names.includes(name)));
    this.listeners.tell();
    return names.every((name) => known.includes(name));
  }

  /** A filter on the page that a layer shows. @param {string} layer */
  pageOf(layer) {
    return this.pages.get(layer) ?? 0;
  }

  /**
   * Turn to the page of a layer that has this filter.
   * @param {string} layer
   * @param {number} filter
   */
  turnTo(layer, filter) {
    if (filter === this.pageOf(layer)) return;
    if (filter === 0) this.pages.delete(layer);
    else this.pages.set(layer, filter);
    this.turning.tell(layer);
  }

  /**
   * Turn to exactly these pages.
   * @param {string[]} pages each a layer and a filter, `conv2.32`
   * @returns {boolean} whether there are such filters
   */
  turnToAll(pages) {
    const found = pages
      .map((text) => /^([^.]+)\.(\d+)$/.exec(text) ?? [])
      .map(([, layer = "", filter]) => ({ layer, filter: Number(filter) }));
    if (!found.every(({ layer, filter }) => this.#has(layer, filter))) return false;
    for (const layer of [...this.pages.keys()]) this.turnTo(layer, 0);
    for (const { layer, filter } of found) this.turnTo(layer, filter);
    return true;
  }

  /**
   * @param {string} layer
   * @param {number} filter
   */
  #has(layer, filter) {
    return this.layers.some(({ name, kernel_shape: shape }) => name === layer && shape !== null && filter < shape[0]);
  }

  /** @param {(layer: string, filter: number) => void} listener called with the filter to show */
  onReveal(listener) {
    this.revealing.add(listener);
  }

  /**
   * Bring a filter into view, even of a dense layer that isn't shown yet.
   * @param {string} layer
   * @param {number} filter
   */
  reveal(layer, filter) {
    if (!this.shown.some((shown) => shown.layer.name === layer)) this.showDense([...this.dense, layer]);
    this.revealing.tell(layer, filter);
  }
}

/** @param {Layer} layer */
const isSmall = (layer) => isShownOnRequest(layer) && layer.parameters <= MOST_UNASKED;
