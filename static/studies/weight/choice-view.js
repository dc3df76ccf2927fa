import { layerName } from "../../state/description.js";
import { kernelLayers } from "../../state/tensors.js";
import { find, part, write } from "../../base/dom.js";
import { AXES, extents, nearestCell, readCell } from "./choice.js";

/**
 * The choice of a weight by layer and indices: even one of a dense layer or a page that is not shown, which is then shown, or one too
 * small to point at.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("./choice.js").Axis} Axis
 */

export class WeightChoice {
  /**
   * @param {HTMLElement} root of the card
   * @param {Store} store
   * @param {Selection} selection
   * @param {Translator} translator
   * @param {(layer: string, filter: number) => void} onPlace called to bring the choice into view
   */
  constructor(root, store, selection, translator, onPlace) {
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    this.onPlace = onPlace;
    this.form = find(root, "form.weight-choice", HTMLFormElement);
    this.layer = find(this.form, "select", HTMLSelectElement);
    this.error = part(this.form, "choice-error");
    this.fields = /** @type {Record<Axis, HTMLInputElement>} */ (
      Object.fromEntries(AXES.map((axis) => [axis, find(this.form, `input[name="${axis}"]`, HTMLInputElement)]))
    );
    /** The fields' own values, before anything was typed. */
    this.shown = "";
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.layer.addEventListener("change", () => this.#turn());
    for (const field of Object.values(this.fields)) field.addEventListener("change", () => this.#chosen());
  }

  /** All layers that have weights. */
  get layers() {
    const layers = this.store.experiment?.layers ?? [];
    return kernelLayers(layers, new Set(layers.map(({ name }) => name)));
  }

  get #shape() {
    return this.layers.find(({ layer }) => layer.name === this.layer.value)?.shape ?? null;
  }

  /** Adapt to another selected weight or another network. */
  update() {
    const { current } = this.selection;
    const names = this.layers.map(({ layer }) => layer.name);
    if ([...this.layer.options].map(({ value }) => value).join() !== names.join()) {
      this.layer.replaceChildren(...names.map((name) => new Option(layerName(name, this.translator), name)));
    }
    // Typed text and its error stay until another weight is selected.
    const shown = JSON.stringify([names, current]);
    if (!current || shown === this.shown) return;
    this.shown = shown;
    this.layer.value = current.layer;
    const sizes = this.#shape && extents(this.#shape);
    for (const axis of AXES) {
      // The next field may already have typed text.
      if (this.fields[axis] !== document.activeElement) this.fields[axis].value = String(current.cell[axis]);
      this.fields[axis].disabled = sizes !== null && sizes[axis] === 1;
      if (sizes) this.fields[axis].title = this.translator.text("weight.choice.range", { last: sizes[axis] - 1, name: this.#name(axis) });
    }
    this.complain(null, "");
  }

  /**
   * @param {Axis | null} axis the field that is wrong; null: none, or all
   * @param {string} message
   */
  complain(axis, message) {
    write(this.error, message);
    for (const one of AXES) {
      if (one === axis) this.fields[one].setAttribute("aria-invalid", "true");
      else this.fields[one].removeAttribute("aria-invalid");
    }
  }

  /** @param {Axis} axis */
  #name(axis) {
    const names = { out: "weight.choice.out", in: "weight.choice.in", row: "weight.choice.row", col: "weight.choice.col" };
    return this.translator.text(names[axis]);
  }

  /** Select the same place in another layer, or the nearest. */
  #turn() {
    const shape = this.#shape;
    const cell = this.selection.current?.cell ?? { out: 0, in: 0, row: 0, col: 0 };
    if (shape) this.#select(nearestCell(cell, shape));
  }

  #chosen() {
    const shape = this.#shape;
    if (!shape) return;
    const { out, in: channel, row, col } = this.fields;
    const { cell, wrong } = readCell({ out: out.value, in: channel.value, row: row.value, col: col.value }, shape);
    if (wrong) this.complain(wrong.axis, this.translator.text("weight.choice.wrong", { name: this.#name(wrong.axis), last: wrong.last }));
    else this.#select(cell);
  }

  /** @param {import("../../state/tensors.js").Cell} cell */
  #select(cell) {
    this.complain(null, "");
    const layer = this.layer.value;
    this.onPlace(layer, cell.out);
    this.selection.set({ layer, cell, lane: this.selection.current?.lane ?? 0 });
  }
}
