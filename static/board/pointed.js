import { find, hide, part, write } from "../base/dom.js";
import { exact } from "../base/format.js";
import { placeClear } from "../base/placing.js";
import { laneColour, ofLane } from "../draw/lane-style.js";
import { layerName } from "../state/description.js";
import { orientationText } from "../state/orientation.js";
import { exactKernel } from "../state/tensors.js";

/**
 * The numbers of the weight that is pointed at, in every lane, exact: a readout beside the pointer that covers nothing of what one
 * compares, which is the kernel and its like in the other lanes. For the eye alone: a screen reader is told what the keys select.
 *
 * @typedef {"weight" | "gradient" | "update"} Column
 */

const PENDING = "…";
const NONE = "–";
/** @type {Column[]} */
const COLUMNS = ["weight", "gradient", "update"];

export class PointedReadout {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, pointed, view, shownLanes, translator }) {
    this.store = store;
    this.pointed = pointed;
    this.view = view;
    this.shownLanes = shownLanes;
    this.translator = translator;
    this.root = find(document, "#pointed", HTMLElement);
    this.where = part(this.root, "where");
    this.note = part(this.root, "note");
    this.body = part(this.root, "lanes");
    /** @type {{id: string, row: HTMLElement, cells: HTMLElement[], oriented: HTMLElement}[]} */
    this.rows = [];
    this.structure = "";
  }

  /** Whether all numbers have arrived. */
  get isExact() {
    return this.root.hasAttribute("data-exact");
  }

  /** Write the numbers of the step that is shown, where they cover nothing of what is compared. */
  update() {
    const { experiment, shown: snapshot, series, kernels } = this.store;
    const { current, clear } = this.pointed;
    const shape = current && this.view.shown.find(({ layer }) => layer.name === current.layer)?.shape;
    const isThere = experiment && clear && shape && snapshot?.run === series.run;
    hide(this.root, !isThere);
    if (!isThere) return;
    this.#build(experiment.lanes.map(({ id }) => id));
    const { layer, cell } = current;
    const at = cell.row * shape.cols + cell.col;
    const index = [cell.out, shape.colour ? "·" : cell.in, cell.row, cell.col].join(", ");
    const step = this.translator.format.count(snapshot.step);
    write(this.where, this.translator.text("pointed.where", { layer: layerName(layer, this.translator), index, step }));
    const lost = experiment.status === "failed";
    // Of a colour, all three channels.
    const channels = shape.colour ? [0, 1, 2] : [cell.in];
    const numbers = this.rows.map((_, lane) =>
      channels.map((channel) => exactKernel({ snapshot, kernels }, layer, shape, { ...cell, in: channel }, lane)),
    );
    const isExact = numbers.flat().every((kernel) => kernel !== null);
    this.root.toggleAttribute("data-colour", shape.colour === true);
    this.root.toggleAttribute("data-exact", isExact);
    write(this.note, isExact ? "" : this.translator.text(lost ? "inspector.lost" : "pointed.awaited"));
    let isOriented = false;
    this.rows.forEach(({ id, row, cells, oriented }, lane) => {
      hide(row, this.shownLanes.hidden.has(id));
      row.toggleAttribute("data-seen", lane === current.lane);
      const missing = lost ? NONE : PENDING;
      COLUMNS.forEach((column, place) => {
        const values = numbers[lane].map((kernel) => (kernel ? (kernel[column] ? exact(kernel[column][at]) : NONE) : missing));
        write(cells[place], values.join("\n"));
      });
      const orientation = this.view.orientations(snapshot, layer, lane)[cell.out];
      isOriented ||= orientation !== undefined;
      write(oriented, orientation ? orientationText(orientation) : "");
    });
    this.root.toggleAttribute("data-oriented", isOriented);
    const { left, top } = placeClear(clear, this.root.getBoundingClientRect(), document.documentElement);
    this.root.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }

  /** @param {string[]} lanes */
  #build(lanes) {
    if (this.structure === String(lanes)) return;
    this.structure = String(lanes);
    this.rows = lanes.map((id) => {
      const row = ofLane("pointed-row", id);
      row.style.setProperty("--lane", laneColour(id));
      write(part(row, "channel"), "R\nG\nB");
      return { id, row, cells: COLUMNS.map((column) => part(row, column)), oriented: part(row, "oriented") };
    });
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
  }
}
