import { cellAt, neighbour } from "../draw/atlas.js";
import { drawFacts, factBoxes, isWide, writeText } from "../draw/facts.js";
import { drawMark, markPlaces } from "../draw/marks.js";
import { Panel } from "../draw/panel.js";
import { ARROWS, contextOf, find, hide, part, stamp, write } from "../base/dom.js";
import { turnOf } from "../base/pager.js";
import { matchText } from "../state/truth.js";
import { onCells } from "./cells.js";

/**
 * A panel on the page: the canvas of one layer in one lane, the facts under its filters, the note while there is no gradient, and the
 * choice of a cell by pointer or keys.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/tensors.js").Cell} Cell
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 *
 * What is known of each of a layer's filters; orientations and matches: none if they aren't shown.
 * @typedef {object} Filters
 * @property {import("../draw/facts.js").FilterFacts[]} facts
 * @property {import("../state/orientation.js").Orientation[]} orientations
 * @property {import("../state/truth.js").Match[]} matches
 *
 * The cells of the layer, in all lanes.
 * @typedef {object} Cells
 * @property {() => Cell | null} selected
 * @property {() => Cell | null} pointed
 * @property {(cell: Cell, how: "pointer" | "keys") => void} select
 * @property {(cell: Cell, clear: import("../base/placing.js").Clear) => void} point
 * @property {() => void} leave  no cell is pointed at any more
 * @property {(by: number) => void} turn  pages
 */

export class PanelView {
  /**
   * @param {{layer: string, lane: string, shape: KernelShape, row: number}} what
   * @param {Translator} translator
   * @param {Cells} cells
   */
  constructor({ layer, lane, shape, row }, translator, cells) {
    this.root = stamp("panel-template");
    this.root.style.setProperty("--row", String(row));
    const canvas = this.root.querySelector("canvas");
    if (!canvas) throw new Error("panel-template has no canvas");
    canvas.dataset.layer = layer;
    canvas.dataset.lane = lane;
    canvas.setAttribute("aria-label", translator.text("layer.panel", { layer, lane }));
    this.canvas = canvas;
    this.panel = new Panel(canvas, shape);
    this.note = part(this.root, "note");
    this.mark = part(this.root, "mark");
    this.scales = part(this.root, "scales");
    this.match = part(this.root, "match");
    this.summary = part(this.root, "summary");
    this.summary.id = `summary-${layer}-${lane}`;
    this.scales.id = `scales-${layer}-${lane}`;
    canvas.setAttribute("aria-describedby", `${this.summary.id} ${this.scales.id}`);
    const [facts, marks] = ["facts", "marks"].map((name) => contextOf(find(this.root, `canvas.${name}`, HTMLCanvasElement)));
    this.facts = facts;
    this.marks = marks;
    /** @type {import("../draw/facts.js").Box[]} */
    this.boxes = [];
    /** @type {import("../draw/marks.js").Place[]} */
    this.places = [];
    this.translator = translator;
    this.prompt(false);
    this.cells = cells;
    onCells(canvas, {
      cellAt: (x, y) => this.#cellAt(x, y),
      point: (cell) => this.#point(cell, false),
      leave: cells.leave,
      select: (cell) => cells.select(cell, "pointer"),
    });
    canvas.addEventListener("keydown", (event) => this.#pressed(event));
    /** Whether the cell that is pointed at was reached by the keys. */
    this.byKeys = false;
    canvas.addEventListener("blur", () => {
      if (this.byKeys) cells.leave();
    });
  }

  /** @param {boolean} prompts whether it says what to do next, as only one panel does, or why it is empty */
  prompt(prompts) {
    this.note.toggleAttribute("data-prompt", prompts);
    write(this.note, this.translator.text(prompts ? "panel.press_start" : "panel.no_gradient"));
  }

  /**
   * Fit the picture into the available room; `place` must follow.
   * @param {{width: number, height: number}} space
   * @param {number} dpr
   * @param {{bands: number, map: import("../draw/responses.js").Size | null, marks: boolean}} content
   * @param {number} filter must be on the page
   */
  resize(space, dpr, content, filter) {
    this.panel.resize(space, dpr, content, filter);
    const { panel } = this;
    const { plan } = panel;
    if (!plan) return;
    this.boxes = factBoxes(plan, panel.scale);
    this.places = markPlaces(plan, panel.scale);
    const [width, height] = [plan.width / panel.scale, plan.height / panel.scale];
    for (const { context, isUsed } of this.#overlays) {
      const { canvas } = context;
      canvas.width = isUsed ? Math.round(width * dpr) : 0;
      canvas.height = isUsed ? Math.round(height * dpr) : 0;
      canvas.style.width = `${isUsed ? width : 0}px`;
      canvas.style.height = `${isUsed ? height : 0}px`;
      context.setTransform(dpr, 0, 0, dpr, 0, 0);
    }
  }

  /** What lies over the picture: apart, because on a projector marks can be seen and facts can't be read. */
  get #overlays() {
    return [
      { context: this.facts, isUsed: true },
      { context: this.marks, isUsed: this.places.length > 0 },
    ];
  }

  /** Whether its lane is hidden. */
  get isHidden() {
    return this.root.parentElement?.hidden === true;
  }

  /** The picture's top left corner after layout. */
  get corner() {
    const { offsetTop, offsetLeft } = this.canvas;
    return { top: offsetTop, left: offsetLeft };
  }

  /**
   * Place the overlays over the picture.
   * @param {{top: number, left: number}} corner of the picture
   */
  place({ top, left }) {
    const { panel } = this;
    const { plan } = panel;
    if (!plan) return;
    for (const { context } of this.#overlays) {
      context.canvas.style.top = `${top + panel.fromAtlas(0)}px`;
      context.canvas.style.left = `${left + panel.fromAtlas(0)}px`;
    }
    // Below the first band, which has numbers even before the first step.
    const middle = panel.map ? plan.mapY + plan.mapHeight / 2 : plan.bandY + plan.bandHeight / 2;
    this.note.style.top = `${top + panel.fromAtlas(middle)}px`;
    this.note.style.left = `${left + panel.fromAtlas(plan.width / 2)}px`;
  }

  /**
   * Draw the facts under the filters, and how alike they are to planted kernels; and the polar marks of those that aren't dead.
   * @param {Filters} filters
   * @param {number} highest the largest norm on the same scale
   * @param {import("../draw/facts.js").FactColours & import("../draw/marks.js").MarkColours} colours
   */
  showFacts({ facts, orientations, matches }, highest, colours) {
    for (const { context } of this.#overlays) context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const { first } = this.panel;
    this.boxes.forEach((box, filter) => {
      const of = facts[first + filter];
      if (of) drawFacts(this.facts, box, of, highest, colours);
    });
    this.places.forEach((place, filter) => {
      const [orientation, match] = [orientations[first + filter], matches[first + filter]];
      const box = this.boxes[filter];
      // Both stand side by side where there is room.
      const mark = match ? { ...place, x: box.x + place.radius } : place;
      if (orientation && facts[first + filter]?.active !== 0 && (!match || isWide(box))) drawMark(this.marks, mark, orientation, colours);
      const end = orientation && isWide(box);
      const at = { x: end ? box.x + box.width : place.x, y: place.y, align: /** @type {CanvasTextAlign} */ (end ? "right" : "center") };
      if (match) writeText(this.facts, matchText(match.alike), at, colours);
    });
  }

  /** @param {string | null} text how alike the lane's filters are to planted kernels; null: they aren't compared */
  showMatch(text) {
    hide(this.match, text === null);
    write(this.match, text ?? "");
  }

  /** @param {string | null} text the ends of the lane's own scales; null: it shares those of all lanes */
  showScales(text) {
    hide(this.scales, text === null);
    write(this.scales, text ?? "");
  }

  /** @param {string | null} text what happened to the lane */
  showMark(text) {
    hide(this.mark, text === null);
    write(this.mark, text ?? "");
  }

  /**
   * @param {number} x CSS pixels of the canvas
   * @param {number} y
   * @returns {Cell | null}
   */
  #cellAt(x, y) {
    const { plan, first } = this.panel;
    const cell = plan && cellAt(plan, this.panel.toAtlas(x), this.panel.toAtlas(y));
    if (!cell) return null;
    // Of a colour, the channel that is selected.
    const channel = plan.shape.colour ? (this.cells.selected()?.in ?? 0) : cell.in;
    return { out: first + cell.out, in: channel, row: cell.row, col: cell.col };
  }

  /**
   * @param {Cell} cell on the page
   * @param {boolean} byKeys
   */
  #point(cell, byKeys) {
    this.byKeys = byKeys;
    const { left, top } = this.canvas.getBoundingClientRect();
    const { x, y } = this.panel.cornerOf(cell);
    const stretches = this.panel.extents(cell).map((one) => ({ top: top + one.top, bottom: top + one.bottom }));
    this.cells.point(cell, { at: { x: left + x, y: top + y }, stretches });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const arrow = ARROWS[event.key];
    const { plan, first, pages } = this.panel;
    const turn = turnOf(event);
    if (turn !== 0 && pages > 1) {
      event.preventDefault();
      this.cells.turn(turn);
      return;
    }
    if (event.key === "Escape") this.cells.leave();
    if (!plan || event.ctrlKey || event.metaKey || event.altKey) return;
    const onPage = (/** @type {Cell | null} */ cell) => (cell && cell.out >= first && cell.out < first + plan.shape.out ? cell : null);
    const from = onPage(this.cells.selected());
    /** @type {Cell | null} */
    let to = null;
    // Here the arrows move the cell; elsewhere → makes a step and the others scroll.
    if (arrow && from) {
      const next = neighbour(plan, { ...from, out: from.out - first }, arrow[1], arrow[0]);
      to = { ...next, out: next.out + first };
    } else if (arrow || event.key === "Enter") {
      to = onPage(this.cells.pointed()) ?? from ?? { out: first, in: 0, row: 0, col: 0 };
    }
    if (!to) return;
    event.preventDefault();
    this.cells.select(to, "keys");
    this.#point(to, true);
  }
}
