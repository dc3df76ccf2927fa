import { Magnifier } from "../../board/magnifier.js";
import { ARROWS, find } from "../../base/dom.js";
import { nearestCell } from "./choice.js";
import { drawn } from "../../state/scales.js";
import { flatIndex } from "../../state/tensors.js";

/**
 * The selected kernel, large, on which another of its weights is chosen: by a click, or by the arrow keys.
 *
 * @typedef {import("../../page/page.js").Page} Page
 * @typedef {import("../../state/selection.js").Selected} Selected
 */

export class KernelChoice {
  /**
   * @param {HTMLElement} root of the card
   * @param {Page} page
   */
  constructor(root, { store, selection, view, colours }) {
    this.store = store;
    this.selection = selection;
    this.view = view;
    this.colours = colours;
    this.glass = find(root, ".weight-kernel", HTMLElement);
    this.magnifier = new Magnifier(find(this.glass, "canvas", HTMLCanvasElement));
    this.magnifier.canvas.addEventListener("click", (event) => this.#click(event));
    this.glass.addEventListener("keydown", (event) => this.#key(event));
  }

  /** The shape of the selected weight's layer, if its kernels are shown. */
  get #shape() {
    return this.view.shown.find(({ layer }) => layer.name === this.selection.current?.layer)?.shape ?? null;
  }

  /** @param {number} lane whose kernel is shown */
  draw(lane) {
    const { shown: snapshot, series } = this.store;
    const { current } = this.selection;
    const shape = this.#shape;
    if (!snapshot || !current || !shape || snapshot.run !== series.run) return;
    const { layer, cell } = current;
    const from = flatIndex(shape, { ...cell, row: 0, col: 0 });
    const stretch = { from, to: from + shape.rows * shape.cols };
    const { palette, outlines } = this.colours;
    this.magnifier.fit(shape.rows, shape.cols, { width: this.glass.clientWidth, height: this.glass.clientHeight }, devicePixelRatio);
    const picture = { ...drawn(snapshot, layer, "weight", lane, this.view, stretch), table: palette.weight };
    this.magnifier.paint(picture, palette.absent, { selected: cell, pointed: null }, outlines);
  }

  /** @param {MouseEvent} event */
  #click({ clientX, clientY }) {
    const shape = this.#shape;
    if (!shape) return;
    const { left, top, width, height } = this.magnifier.canvas.getBoundingClientRect();
    this.#select(Math.floor(((clientY - top) / height) * shape.rows), Math.floor(((clientX - left) / width) * shape.cols));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = ARROWS[event.key];
    const cell = this.selection.current?.cell;
    if (!step || !cell) return;
    event.preventDefault();
    this.#select(cell.row + step[0], cell.col + step[1]);
  }

  /**
   * @param {number} row
   * @param {number} col
   */
  #select(row, col) {
    const { current } = this.selection;
    const shape = this.#shape;
    if (!current || !shape) return;
    const cell = nearestCell({ ...current.cell, row: Math.max(0, row), col: Math.max(0, col) }, shape);
    this.selection.set({ ...current, cell });
  }
}
