import { Listeners } from "../base/listeners.js";
import { BANDS, wantedFor } from "./quantities.js";
import { isShownOnRequest, kernelLayers } from "./tensors.js";

/**
 * What the page shows of the kernels: which quantities, of which layers, and the filter that somebody has asked to see.
 *
 * @typedef {import("./quantities.js").ViewName} ViewName
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").Layer} Layer
 */

/** Weights that a layer may have to be sent without anybody having asked. */
const MOST_UNASKED = 100_000;

export class View {
  constructor() {
    /** @type {ViewName} */
    this.name = "gradient";
    /** The id of the lane to compare with. */
    this.against = "";
    /** Dense layers that are shown too, by name. @type {Set<string>} */
    this.dense = new Set();
    /** @type {Layer[]} */
    this.layers = [];
    this.structure = "";
    this.listeners = new Listeners();
    /** @type {Listeners<[layer: string, filter: number]>} */
    this.revealing = new Listeners();
  }

  /** @param {() => void} listener told when something else is to be shown */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** The quantities that are shown, from top to bottom. */
  get bands() {
    return BANDS[this.name];
  }

  /** The layers whose kernels are shown, with the shapes of these. */
  get shown() {
    return kernelLayers(this.layers, this.dense);
  }

  /** What the server has to be asked for. */
  get wanted() {
    return { quantities: wantedFor(this.name, this.against), layers: [...this.dense] };
  }

  /**
   * Takes over other lanes or layers.
   * @param {Pick<Experiment, "lanes" | "layers">} experiment
   */
  describe({ lanes, layers }) {
    const ids = lanes.map(({ id }) => id);
    const structure = JSON.stringify([ids, layers]);
    if (structure === this.structure) return;
    const isFirst = this.structure === "";
    this.structure = structure;
    this.layers = layers;
    const { against } = this;
    if (!ids.includes(against)) this.against = ids[0];
    // Where there are no kernels, they are what there is to see.
    const unasked = isFirst && !layers.some(({ always_shown: isShown }) => isShown) ? layers.filter(isSmall) : [];
    for (const { name } of unasked) this.dense.add(name);
    if (unasked.length > 0 || (against !== "" && against !== this.against)) this.listeners.tell();
  }

  /** @param {Partial<Pick<View, "name" | "against">>} change */
  show(change) {
    Object.assign(this, change);
    this.listeners.tell();
  }

  /**
   * Shows these dense layers, and no others.
   * @param {string[]} names
   * @returns {boolean} whether each of them is one
   */
  showDense(names) {
    const known = this.layers.filter(isShownOnRequest).map(({ name }) => name);
    this.dense = new Set(known.filter((name) => names.includes(name)));
    this.listeners.tell();
    return names.every((name) => known.includes(name));
  }

  /** @param {(layer: string, filter: number) => void} listener told which filter is to be seen */
  onReveal(listener) {
    this.revealing.add(listener);
  }

  /**
   * Has a filter seen, also where its layer is a dense one that isn't shown yet.
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
