import { part, stamp, write } from "../base/dom.js";
import { laneColour, ofLane } from "../draw/lane-style.js";
import { INPUT_GRADIENT } from "../state/input-gradient.js";
import { isAbout, percentText } from "../state/predictions.js";
import { laneEvent, statusAt } from "../state/verdict.js";
import { InputGradient, LayerMaps } from "./rows.js";

/**
 * The grid of responses, or of ∂L/∂Z: a column for each shown lane, a row for each conv layer, and the class probabilities at the end. Its elements
 * are built once for the same lanes and layers; after that only canvases are painted and texts replaced.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 */

/** How high the maps of a layer may be in CSS pixels, beside other lanes and alone. */
const [HEIGHT, HEIGHT_ALONE] = [216, 300];
/** And that of the image. */
const HEIGHT_INPUT = 120;
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
    const shown = lanes.map((lane, place) => ({ id: this.ids[place], lane }));
    const convs = experiment.layers.filter(({ always_shown: isShown }) => isShown);
    const ofLayers = convs.map((layer) => new LayerMaps(page, layer, maps, shown));
    const hasGradient = maps === "sensitivity" && page.can(INPUT_GRADIENT) && !page.image.isUnlabelled;
    const ofInput = hasGradient ? [new InputGradient(page, experiment.dataset.image_shape, shown)] : [];
    /** @type {import("./rows.js").MapsRow[]} */
    this.rows = [...ofInput, ...ofLayers];
    this.heads = this.ids.map((id) => ofLane("sees-lane", id, page.translator.text("lane.label", { lane: id })));
    /** @type {HTMLElement[]} */
    this.elements = [document.createElement("span"), ...this.heads, ...this.rows.flatMap(({ elements }) => elements)];
    this.bars = this.#probabilities();
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
    const width = this.rows[0]?.width ?? 0;
    if (width === 0) return;
    const height = this.lanes.length === 1 ? HEIGHT_ALONE : HEIGHT;
    for (const row of this.rows) row.fit({ width, height: row instanceof InputGradient ? HEIGHT_INPUT : height });
  }

  /** @param {SnapshotFrame} snapshot */
  paint(snapshot) {
    for (const row of this.rows) row.paint(snapshot);
  }

  /**
   * Write the probabilities, and which lanes no longer learn.
   * @param {SnapshotFrame} snapshot
   */
  update(snapshot) {
    const { image } = this.page;
    const tensor = isAbout(snapshot, image) ? snapshot.tensors.get("image/probabilities") : undefined;
    this.heads.forEach((head, place) => this.#judge(part(head, "status"), this.lanes[place]));
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

  /**
   * @param {HTMLElement} told
   * @param {number} index of the lane
   */
  #judge(told, index) {
    const { store, translator } = this.page;
    const lane = store.experiment?.lanes[index];
    const status = lane ? statusAt(lane, store.pastStep) : "training";
    write(told, status === "training" ? "" : translator.text(`lane.status.${status}`));
    told.title = (lane && status !== "training" && laneEvent(lane, translator)) || "";
  }
}
