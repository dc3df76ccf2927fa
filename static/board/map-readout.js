import { find, hide, part, write } from "../base/dom.js";
import { exact } from "../base/format.js";
import { placeClear } from "../base/placing.js";
import { ofLane } from "../draw/lane-style.js";
import { layerName } from "../state/description.js";
import { laneValues } from "../state/tensors.js";

/**
 * The numbers of the place of a map that is pointed at, in every lane, beside the pointer. They are exact at rest; while it trains
 * maps come as levels of the colour scale, which are no numbers to read.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

const PENDING = "…";

export class MapReadout {
  /** @param {Page} page */
  constructor({ store, pointedMap, translator, shownLanes }) {
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

  /** Write the numbers of the step that is shown, where they cover nothing of what is compared. */
  update() {
    const { current: at, clear } = this.pointed;
    const { experiment, shown } = this.store;
    const isThere = at && clear && experiment && shown;
    hide(this.root, !isThere);
    if (!isThere) return;
    this.#build(experiment.lanes.map(({ id }) => id));
    const { layer, size, out, row, col } = at;
    const step = this.translator.format.count(shown.step);
    write(this.where, this.translator.text("map.where", { layer: layerName(layer, this.translator), filter: out, row, col, step }));
    const place = (out * size.rows + row) * size.cols + col;
    let isExact = true;
    this.rows.forEach(({ id, row: line, value }, lane) => {
      hide(line, this.shownLanes.hidden.has(id));
      line.toggleAttribute("data-seen", lane === at.lane);
      const values = laneValues(shown, layer, "response", lane);
      isExact &&= values instanceof Float32Array;
      write(value, values instanceof Float32Array ? exact(values[place]) : PENDING);
    });
    this.root.toggleAttribute("data-exact", isExact);
    write(this.note, isExact ? "" : this.translator.text("map.awaited"));
    const { left, top } = placeClear(clear, this.root.getBoundingClientRect(), document.documentElement);
    this.root.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
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
