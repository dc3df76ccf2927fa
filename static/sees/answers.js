import { ARROWS, part, stamp, write } from "../base/dom.js";
import { onCells } from "../board/cells.js";
import { selectFilter } from "../board/filter.js";
import { Pager, turnOf } from "../base/pager.js";
import { Legend } from "../board/layer-card.js";
import { laneColour, ofLane } from "../draw/lane-style.js";
import { layerName } from "../state/description.js";
import { isAbout, percentText } from "../state/predictions.js";
import { COLOURS } from "../state/quantities.js";
import { mapsText } from "../state/responses.js";
import { drawn } from "../state/scales.js";
import { cornerOf, nextPlace, planSheet, placeAt, Sheet } from "./sheet.js";

/**
 * The grid of responses: a column for each shown lane, a row for each conv layer, and the class probabilities at the end. Its elements
 * are built once for the same lanes and layers; after that only canvases are painted and texts replaced.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 * @typedef {{layer: string, legend: Legend, size: {rows: number, cols: number}, out: number, pager: Pager, sheets: Sheet[]}} Row
 */

/** The most filters of a layer whose maps are on a page. */
const MOST_MAPS = 64;
/** How high the maps of a layer may be in CSS pixels, beside other lanes and alone. */
const [HEIGHT, HEIGHT_ALONE] = [216, 300];
const NOTHING = "–";
const RIGHT = "✓";

export class Answers {
  /**
   * @param {Page} page
   * @param {Experiment} experiment
   * @param {number[]} lanes the indices of those that are shown
   * @param {import("../state/quantities.js").MapName} maps
   */
  constructor(page, experiment, lanes, maps) {
    this.page = page;
    this.maps = maps;
    this.lanes = lanes;
    this.ids = lanes.map((lane) => experiment.lanes[lane].id);
    this.classes = experiment.dataset.classes;
    /** @type {HTMLElement[]} */
    this.elements = [...this.#heads()];
    const convs = experiment.layers.filter(({ always_shown: isShown }) => isShown);
    this.rows = convs.map((layer) => this.#row(layer));
    this.bars = this.#probabilities();
  }

  #heads() {
    const corner = document.createElement("span");
    return [corner, ...this.ids.map((id) => ofLane("sees-lane", id, this.page.translator.text("lane.label", { lane: id })))];
  }

  /**
   * @param {import("../base/types.js").Layer} layer
   * @returns {Row}
   */
  #row({ name, output_shape: [out, rows, cols], responds }) {
    const { translator } = this.page;
    const called = layerName(name, translator);
    const head = stamp("sees-layer");
    write(part(head, "name"), called);
    write(part(head, "shape"), translator.text("sees.layer", { filters: out, rows, cols }));
    const pager = new Pager(head, translator, (by) => this.#turn(name, out, by));
    const { isUnlabelled } = this.page.image;
    const legend = new Legend(this.maps, translator, mapsText(this.maps, responds, { name: null, isUnlabelled }, translator));
    head.append(legend.root);
    this.elements.push(head);
    const sheets = this.ids.map((id, place) => {
      const canvas = document.createElement("canvas");
      canvas.dataset.layer = name;
      canvas.dataset.lane = id;
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      canvas.setAttribute("aria-label", translator.text(`sees.maps.${this.maps}`, { layer: called, lane: id }));
      canvas.setAttribute("aria-describedby", "sees-summary");
      const sheet = new Sheet(canvas);
      this.#listen(sheet, name, this.lanes[place], (by) => this.#turn(name, out, by));
      const box = document.createElement("div");
      box.className = "sees-maps";
      box.dataset.lane = id;
      box.append(canvas);
      this.elements.push(box);
      return sheet;
    });
    return { layer: name, legend, size: { rows, cols }, out, pager, sheets };
  }

  /** A bar for each class in each lane: its text and its length are replaced. */
  #probabilities() {
    const { translator } = this.page;
    const head = stamp("sees-layer");
    head.classList.add("of-classes");
    write(part(head, "name"), translator.text("sees.probabilities"));
    this.elements.push(head);
    return this.ids.map((id) => {
      const list = document.createElement("ol");
      list.className = "sees-classes";
      list.dataset.lane = id;
      list.setAttribute("aria-label", translator.text("sees.probabilities.lane", { lane: id }));
      list.style.setProperty("--lane", laneColour(id));
      const rows = this.classes.map((name) => {
        const row = stamp("prediction-template");
        write(part(row, "name"), name);
        return { root: row, bar: part(row, "bar"), percent: part(row, "percent"), mark: part(row, "mark") };
      });
      list.append(...rows.map(({ root }) => root));
      this.elements.push(list);
      return rows;
    });
  }

  recolour() {
    for (const { legend } of this.rows) legend.paint(this.page.colours.palette);
  }

  /** Fit the maps into the columns. */
  fit() {
    const box = this.rows[0]?.sheets[0]?.canvas.parentElement;
    if (!box || box.clientWidth === 0) return;
    const space = { width: box.clientWidth, height: this.lanes.length === 1 ? HEIGHT_ALONE : HEIGHT };
    for (const { layer, out, pager, size, sheets } of this.rows) {
      const first = this.#firstOf(layer);
      pager.show(first, MOST_MAPS, out);
      const count = Math.min(MOST_MAPS, out - first);
      const plan = planSheet(count, size, space, devicePixelRatio, first);
      for (const sheet of sheets) sheet.fit(plan);
    }
  }

  /** The first filter of the page that a layer shows. @param {string} layer */
  #firstOf(layer) {
    const filter = this.page.view.pageOf(layer);
    return filter - (filter % MOST_MAPS);
  }

  /**
   * Turn a layer's page, in all lanes.
   * @param {string} layer
   * @param {number} out its filters
   * @param {number} by
   */
  #turn(layer, out, by) {
    const filter = this.#firstOf(layer) + by * MOST_MAPS;
    if (filter >= 0 && filter < out) this.page.view.turnTo(layer, filter);
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    const { view, colours } = this.page;
    const { palette } = colours;
    for (const { layer, legend, size, sheets } of this.rows) {
      const first = this.#firstOf(layer);
      const stretch = { from: first * size.rows * size.cols, to: (first + MOST_MAPS) * size.rows * size.cols };
      sheets.forEach((sheet, place) => {
        const maps = drawn(snapshot, layer, this.maps, this.lanes[place], view, stretch);
        sheet.paint({ ...maps, table: palette[COLOURS[this.maps]] }, palette.absent, this.#marksIn(layer), colours.outlines);
        if (place === 0) legend.update(maps);
      });
    }
  }

  /**
   * Write the probabilities.
   * @param {SnapshotFrame} snapshot
   */
  update(snapshot) {
    const { image } = this.page;
    const tensor = isAbout(snapshot, image) ? snapshot.tensors.get("image/probabilities") : undefined;
    this.bars.forEach((rows, place) => {
      rows.forEach(({ root, bar, percent, mark }, index) => {
        const probability = tensor?.data[this.lanes[place] * rows.length + index] ?? NaN;
        const isRight = index === image.label;
        write(percent, Number.isFinite(probability) ? percentText(probability, this.page.translator.format) : NOTHING);
        write(mark, isRight ? RIGHT : "\u00a0");
        root.toggleAttribute("data-right", isRight);
        bar.style.setProperty("--share", String(Number.isFinite(probability) ? probability : 0));
      });
    });
  }

  /** What is marked in a layer, in every lane. @param {string} layer */
  #marksIn(layer) {
    const { selection, pointedMap } = this.page;
    const at = pointedMap.current;
    return { filter: selection.outlinedIn(layer)?.out ?? -1, place: at?.layer === layer ? at : null };
  }

  /**
   * Point at the maps of a sheet and choose one, by pointer or keys.
   * @param {Sheet} sheet
   * @param {string} layer
   * @param {number} lane
   * @param {(by: number) => void} turn pages
   */
  #listen(sheet, layer, lane, turn) {
    const { page } = this;
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
      pointedMap.set({ quantity: this.maps, layer, lane, size: { rows: plan.rows, cols: plan.cols }, ...place }, clear, byKeys);
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
        turn(pages);
        return;
      }
      if (key === "Escape") pointedMap.leave();
      const { current } = pointedMap;
      const here = current?.layer === layer && current.lane === lane ? current : null;
      const arrow = ARROWS[key];
      if (!arrow && (key !== "Enter" || !here)) return;
      event.preventDefault();
      if (!arrow) {
        if (here) select(here, true);
        return;
      }
      // The first key shows where it begins: in the selected filter, or the first one.
      const { first, count } = sheet.plan;
      const { filter } = this.#marksIn(layer);
      const begin = { out: filter >= first && filter < first + count ? filter : first, row: 0, col: 0 };
      const [dy, dx] = arrow;
      point(here ? nextPlace(sheet.plan, here, dx, dy) : begin, true);
    });
    canvas.addEventListener("blur", () => pointedMap.byKeys && pointedMap.leave());
  }
}
