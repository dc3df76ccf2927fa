import { find, hide, part, write } from "../base/dom.js";
import { exact } from "../base/format.js";
import { placeClear } from "../base/placing.js";
import { ofLane } from "../draw/lane-style.js";
import { layerName } from "../state/description.js";
import { inputGradient, summed } from "../state/input-gradient.js";
import { exactMap } from "../state/tensors.js";

/**
 * The numbers of the place of a map that is pointed at, in every lane, exact, beside the pointer.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

const PENDING = "…";

export class MapReadout {
  /** @param {Page} page */
  constructor({ store, pointedMap, image, translator, shownLanes }) {
    this.image = image;
    this.pointed = pointedMap;
    this.store = store;
    this.translator = translator;
    this.shownLanes = shownLanes;
    this.root = find(document, "#map-readout", HTMLElement);
    this.where = part(this.root, "where");
    this.note = part(this.root, "note");
    this.body = part(this.root, "lanes");
    /** @type {{id: string, row: HTMLElement, value: HTMLElement}[]} */
    this.rows = [];
    this.structure = "";
  }

  /** Whether all numbers have arrived. */
  get isExact() {
    return this.root.hasAttribute("data-exact");
  }

  /** Write the numbers of the step that is shown, where they cover nothing of what is compared. */
  update() {
    const { current: at, clear } = this.pointed;
    const { experiment, shown: snapshot, kernels, series } = this.store;
    const isThere = at && clear && experiment && snapshot && snapshot.run === series.run;
    hide(this.root, !isThere);
    if (!isThere) return;
    this.#build(experiment.lanes.map(({ id }) => id));
    const { quantity, layer, size, out, row, col } = at;
    const step = this.translator.format.count(snapshot.step);
    write(
      this.where,
      this.translator.text(`map.where.${quantity}`, { layer: layerName(layer, this.translator), filter: out, row, col, step }),
    );
    let isExact = true;
    this.rows.forEach(({ id, row: line, value }, lane) => {
      hide(line, this.shownLanes.hidden.has(id));
      line.toggleAttribute("data-seen", lane === at.lane);
      const values = quantity === "input" ? this.#gradient(snapshot, lane) : exactMap({ snapshot, kernels }, { ...at, quantity }, lane);
      isExact &&= values !== null;
      write(value, values ? exact(values[row * size.cols + col]) : PENDING);
    });
    this.root.toggleAttribute("data-exact", isExact);
    write(this.note, isExact ? "" : this.translator.text("pointed.awaited"));
    const { left, top } = placeClear(clear, this.root.getBoundingClientRect(), document.documentElement);
    this.root.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }

  /**
   * ∂L/∂x of the image.
   * @param {import("../stream/protocol.js").SnapshotFrame} snapshot
   * @param {number} lane
   */
  #gradient(snapshot, lane) {
    const gradient = inputGradient(snapshot, this.image, lane);
    return gradient && summed(gradient, this.image.known?.shape[0] ?? 1);
  }

  /** What is told a screen reader. */
  spoken() {
    const row = this.rows[this.pointed.current?.lane ?? 0];
    return this.translator.text("map.spoken", { where: this.where.textContent ?? "", lane: row.id, value: row.value.textContent ?? "" });
  }

  /** @param {string[]} lanes */
  #build(lanes) {
    if (this.structure === String(lanes)) return;
    this.structure = String(lanes);
    this.rows = lanes.map((id) => {
      const row = ofLane("map-row", id);
      return { id, row, value: part(row, "value") };
    });
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
  }
}
