import { find, hide, part, write } from "../base/dom.js";

/**
 * What the kernels' pictures show, in the corner of the board: one choice for all lanes.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/kernel-view.js").ViewName} ViewName
 * @typedef {import("../base/types.js").Experiment} Experiment
 *
 * @typedef {object} Choice
 * @property {ViewName} view
 * @property {string} against    the id of the lane to compare with
 * @property {Set<string>} dense the dense layers that are shown too
 */

/** Weights that a layer may have to be sent without anybody having asked. */
const MOST_UNASKED = 100_000;

/** @param {import("../base/types.js").Layer} layer */
const isSmallDense = ({ type, parameters }) => type === "dense" && parameters <= MOST_UNASKED;

export class ViewSwitch {
  /**
   * @param {Translator} translator
   * @param {(choice: Choice) => void} onChange
   */
  constructor(translator, onChange) {
    this.translator = translator;
    this.onChange = onChange;
    this.root = find(document, "#kernel-view", HTMLElement);
    this.view = find(this.root, "#view", HTMLSelectElement);
    this.against = find(this.root, "#against", HTMLSelectElement);
    this.dense = part(this.root, "dense");
    this.structure = "";
    for (const menu of [this.view, this.against]) menu.addEventListener("change", () => this.#changed());
    this.#reflect();
  }

  /** @returns {Choice} */
  get choice() {
    const checked = [...this.dense.querySelectorAll("input")].filter((box) => box.checked);
    return {
      view: /** @type {ViewName} */ (this.view.value),
      against: this.against.value,
      dense: new Set(checked.map((box) => box.value)),
    };
  }

  /**
   * Other lanes or layers.
   * @param {Experiment} experiment
   */
  describe({ lanes, layers }) {
    const ids = lanes.map(({ id }) => id);
    const dense = layers.filter(({ type }) => type === "dense").map(({ name }) => name);
    const isFirst = this.structure === "";
    const structure = JSON.stringify([ids, dense]);
    if (structure === this.structure) return;
    this.structure = structure;
    const { against, dense: shown } = this.choice;
    this.against.replaceChildren(...ids.map((id) => new Option(this.translator.text("view.against", { lane: id }), id)));
    this.against.value = ids.includes(against) ? against : ids[0];
    // Where there are no kernels, they are what there is to see.
    const unasked = isFirst && !layers.some(({ type }) => type === "conv") ? layers.filter(isSmallDense) : [];
    for (const { name } of unasked) shown.add(name);
    this.dense.replaceChildren(...dense.map((name) => this.#box(name, shown.has(name))));
    if (unasked.length > 0 || (against !== "" && against !== this.against.value)) this.#changed();
  }

  /**
   * @param {string} layer
   * @param {boolean} checked
   */
  #box(layer, checked) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = layer;
    box.checked = checked;
    box.addEventListener("change", () => this.#changed());
    const name = document.createElement("span");
    write(name, layer);
    box.setAttribute("aria-keyshortcuts", "d");
    label.title = this.translator.text("view.dense.title");
    label.append(box, name);
    return label;
  }

  /** @param {ViewName} view */
  choose(view) {
    if (this.view.value === view) return;
    this.view.value = view;
    this.#changed();
  }

  /**
   * @param {string[]} layers dense ones, by name
   * @returns {boolean} whether each of them is one
   */
  showDense(layers) {
    const boxes = [...this.dense.querySelectorAll("input")];
    for (const box of boxes) box.checked = layers.includes(box.value);
    this.#changed();
    return layers.every((layer) => boxes.some(({ value }) => value === layer));
  }

  #changed() {
    this.#reflect();
    this.onChange(this.choice);
  }

  #reflect() {
    this.view.title = this.view.selectedOptions[0].title;
    hide(this.against, this.view.value !== "lane");
  }
}
