import { ARROWS, part, stamp, write } from "../base/dom.js";
import { Pager, turnOf } from "../base/pager.js";
import { onCells } from "../board/cells.js";
import { selectFilter } from "../board/filter.js";
import { Legend } from "../board/layer-card.js";
import { heldLimit, reach } from "../draw/maps.js";
import { layerName } from "../state/description.js";
import { inputGradient, summed } from "../state/input-gradient.js";
import { COLOURS } from "../state/quantities.js";
import { mapsText } from "../state/responses.js";
import { drawn } from "../state/scales.js";
import { cornerOf, nextPlace, planSheet, placeAt, Sheet } from "./sheet.js";

/**
 * A row of the grid: the maps of a layer, or a page of them, in every shown lane, and left of them what they are.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {import("../state/scales.js").Drawn} Drawn
 * @typedef {{id: string, lane: number}} Shown  a shown lane: its id and its index
 *
 * @typedef {object} What
 * @property {import("../state/selection.js").MapPlace["quantity"]} quantity
 * @property {string} layer
 * @property {number} out   the number of maps
 * @property {{rows: number, cols: number}} size
 * @property {string} name
 * @property {string} shape
 * @property {string} legend
 */

/** The most maps on a page. */
const MOST_MAPS = 64;

export class MapsRow {
  /**
   * @param {Page} page
   * @param {What} what
   * @param {Shown[]} lanes
   */
  constructor(page, what, lanes) {
    this.page = page;
    this.what = what;
    this.lanes = lanes;
    const { translator } = page;
    const head = stamp("sees-layer");
    write(part(head, "name"), what.name);
    write(part(head, "shape"), what.shape);
    this.pager = new Pager(head, translator, (by) => this.#turn(by));
    this.colours = what.quantity === "input" ? COLOURS.sensitivity : COLOURS[what.quantity];
    this.legend = new Legend(what.quantity === "input" ? "sensitivity" : what.quantity, translator, what.legend);
    head.append(this.legend.root);
    /** @type {HTMLElement[]} */
    this.elements = [head];
    this.sheets = lanes.map(({ id, lane }) => {
      const canvas = document.createElement("canvas");
      canvas.dataset.layer = what.layer;
      canvas.dataset.lane = id;
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      canvas.setAttribute("aria-label", translator.text(`sees.maps.${what.quantity}`, { layer: what.name, lane: id }));
      canvas.setAttribute("aria-describedby", "sees-summary");
      const sheet = new Sheet(canvas);
      this.#listen(sheet, lane);
      const box = document.createElement("div");
      box.className = "sees-maps";
      box.dataset.lane = id;
      box.append(canvas);
      this.elements.push(box);
      return sheet;
    });
  }

  /** How wide the maps may be. */
  get width() {
    return this.sheets[0]?.canvas.parentElement?.clientWidth ?? 0;
  }

  /** @param {{width: number, height: number}} space CSS pixels */
  fit(space) {
    const { out, size } = this.what;
    const { first } = this;
    this.pager.show(first, MOST_MAPS, out);
    const plan = planSheet(Math.min(MOST_MAPS, out - first), size, space, devicePixelRatio, first);
    for (const sheet of this.sheets) sheet.fit(plan);
  }

  /** The first filter of the page. */
  get first() {
    const filter = this.page.view.pageOf(this.what.layer);
    return filter - (filter % MOST_MAPS);
  }

  /** Turn the page, in all lanes. @param {number} by */
  #turn(by) {
    const filter = this.first + by * MOST_MAPS;
    if (filter >= 0 && filter < this.what.out) this.page.view.turnTo(this.what.layer, filter);
  }

  /**
   * What is drawn of each lane.
   * @param {SnapshotFrame} snapshot
   * @returns {Drawn[]}
   */
  drawn(snapshot) {
    const { layer, quantity, size } = this.what;
    if (quantity === "input") return [];
    const [from, to] = [this.first, this.first + MOST_MAPS].map((filter) => filter * size.rows * size.cols);
    return this.lanes.map(({ lane }) => drawn(snapshot, layer, quantity, lane, this.page.view, { from, to }));
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    const { palette, outlines } = this.page.colours;
    this.drawn(snapshot).forEach((maps, place) => {
      this.sheets[place].paint({ ...maps, table: palette[this.colours] }, palette.absent, this.marks, outlines);
      if (place === 0) this.legend.update(maps);
    });
  }

  /** What is marked, in every lane. */
  get marks() {
    const { selection, pointedMap } = this.page;
    const { layer, quantity } = this.what;
    const at = pointedMap.current;
    const place = at?.layer === layer && at.quantity === quantity ? at : null;
    return { filter: selection.outlinedIn(layer)?.out ?? -1, place };
  }

  /**
   * Point at the maps of a sheet and choose one, by pointer or keys.
   * @param {Sheet} sheet
   * @param {number} lane
   */
  #listen(sheet, lane) {
    const { page } = this;
    const { layer, quantity } = this.what;
    const { pointedMap } = page;
    const { canvas } = sheet;
    const select = (/** @type {{out: number}} */ { out }, byKeys = false) => selectFilter(page, { layer, lane, out }, byKeys);
    const point = (/** @type {{out: number, row: number, col: number}} */ place, byKeys = false) => {
      const { plan } = sheet;
      if (!plan) return;
      const scale = canvas.width / canvas.clientWidth;
      const { left, top } = canvas.getBoundingClientRect();
      const corner = cornerOf(plan, place);
      const map = top + cornerOf(plan, { ...place, row: 0 }).y / scale;
      const clear = {
        at: { x: left + corner.x / scale, y: top + corner.y / scale },
        stretches: [{ top: map, bottom: map + (plan.rows * plan.cell) / scale }],
      };
      pointedMap.set({ quantity, layer, lane, size: { rows: plan.rows, cols: plan.cols }, ...place }, clear, byKeys);
    };
    onCells(canvas, {
      cellAt(x, y) {
        const scale = canvas.width / canvas.clientWidth;
        return sheet.plan && placeAt(sheet.plan, x * scale, y * scale);
      },
      point,
      leave: () => pointedMap.leave(),
      select,
    });
    canvas.addEventListener("keydown", (event) => {
      const { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || !sheet.plan) return;
      const pages = turnOf(event);
      if (pages !== 0) {
        event.preventDefault();
        this.#turn(pages);
        return;
      }
      if (key === "Escape") pointedMap.leave();
      const { current } = pointedMap;
      const here = current?.layer === layer && current.quantity === quantity && current.lane === lane ? current : null;
      const arrow = ARROWS[key];
      if (!arrow && (key !== "Enter" || !here)) return;
      event.preventDefault();
      if (!arrow) {
        if (here) select(here, true);
        return;
      }
      // The first key shows where it begins: in the selected filter, or the first one.
      const { first, count } = sheet.plan;
      const { filter } = this.marks;
      const begin = { out: filter >= first && filter < first + count ? filter : first, row: 0, col: 0 };
      const [dy, dx] = arrow;
      point(here ? nextPlace(sheet.plan, here, dx, dy) : begin, true);
    });
    canvas.addEventListener("blur", () => pointedMap.byKeys && pointedMap.leave());
  }
}

/** The row of a conv layer. */
export class LayerMaps extends MapsRow {
  /**
   * @param {Page} page
   * @param {import("../base/types.js").Layer} layer
   * @param {import("../state/quantities.js").MapName} quantity
   * @param {Shown[]} lanes
   */
  constructor(page, { name: layer, output_shape: [out, rows, cols], responds }, quantity, lanes) {
    const { translator, image } = page;
    const name = layerName(layer, translator);
    const shape = translator.text("sees.layer", { filters: out, rows, cols });
    const legend = mapsText(quantity, responds, { name: null, isUnlabelled: image.isUnlabelled }, translator);
    super(page, { quantity, layer, out, size: { rows, cols }, name, shape, legend }, lanes);
  }
}

/** The row of the image itself: ∂L/∂x of its pixels. */
export class InputGradient extends MapsRow {
  /**
   * @param {Page} page
   * @param {number[]} shape of the image
   * @param {Shown[]} lanes
   */
  constructor(page, [channels, rows, cols], lanes) {
    const { text } = page.translator;
    const [name, said, legend] = ["sees.input", "sees.input.shape", "quantity.input"].map((key) =>
      text.call(page.translator, key, { rows, cols }),
    );
    super(page, { quantity: "input", layer: "", out: 1, size: { rows, cols }, name, shape: said, legend }, lanes);
    this.channels = channels;
    this.limit = 0;
    this.setAt = 0;
  }

  /** @override @param {SnapshotFrame} snapshot @returns {Drawn[]} */
  drawn(snapshot) {
    const lanes = this.lanes.map(({ lane }) => {
      const gradient = inputGradient(snapshot, this.page.image, lane);
      return gradient && summed(gradient, this.channels);
    });
    const limit = heldLimit(this.limit, reach(lanes.flatMap((values) => (values ? reach(values.filter(Number.isFinite)) : []))));
    if (limit !== this.limit) this.setAt = snapshot.step;
    this.limit = limit;
    return lanes.map((values) => ({ kind: "shared", limit, linear: 0, setAt: this.setAt, values }));
  }
}
