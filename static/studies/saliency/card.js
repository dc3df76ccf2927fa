import { find, part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { className } from "../../state/image.js";
import { percentText } from "../../state/predictions.js";
import { READABLE_MS } from "../../base/loop.js";
import { INPUT_GRADIENT } from "../../state/input-gradient.js";
import { LanesCard } from "../lanes-card.js";
import { LossRow } from "./loss.js";
import { MapRow } from "./maps.js";
import { PlaceReadout } from "./readout.js";
import { described } from "./words.js";

/**
 * Saliency: for every lane, which pixels of the page's image its loss depends on, with each frame; and which the logit of a class: its
 * gradient, gradient × input, and what becomes of it when a square covers them.
 *
 * @typedef {import("./reading.js").Saliency} Saliency
 * @typedef {import("../../page/page.js").Page} Page
 */

const DIGITS = 3;
/** Those that are measured now and then. */
const KINDS = /** @type {const} */ (["gradient", "product", "occlusion"]);

/** How long a drawing rests before it is asked about: it takes longer than a stroke, and each would begin it again. */
const REST_MS = 200;

export class SaliencyCard extends LanesCard {
  /** @override */
  kinds = ["saliency"];

  /** @param {Page} page */
  constructor(page) {
    super("saliency", page);
    this.choice = find(this.root, "select", HTMLSelectElement);
    this.summary = part(this.root, "summary");
    this.grid = part(this.root, "grid");
    this.readout = new PlaceReadout(page);
    write(part(this.root, "limits"), this.text("saliency.limits"));
    /** The class that the maps are of: the image's own unless another is chosen. @type {"label" | "top" | number} */
    this.of = "label";
    /** What is drawn of each lane. @type {Map<string, Saliency>} */
    this.found = new Map();
    /** @type {MapRow[]} */
    this.rows = [];
    /** The one that comes with each frame; null: the source doesn't have it. @type {LossRow | null} */
    this.loss = null;
    this.structure = "";
    const isShown = () => this.isShown;
    const live = page.loop.task(() => this.loss?.paint(), { isShown });
    const named = page.loop.task(() => this.loss?.name(), { isShown, interval: READABLE_MS });
    for (const topic of ["snapshot", "shown"]) {
      page.store.on(topic, () => {
        live.invalidate();
        named.invalidate();
      });
    }
    this.choice.addEventListener("change", () => this.choose(this.choice.value));
    /** Until it is asked about what has just been drawn. */
    this.timer = 0;
    page.image.onChange(() => this.#renew());
    page.image.onArrival(() => (this.timer === 0 ? this.update() : this.age()));
    new ResizeObserver(() => this.isShown && this.draw()).observe(this.body);
    this.setting("saliency", { read: () => (this.of === "label" ? "" : String(this.of)), apply: (text) => this.choose(text || "label") });
  }

  /**
   * @param {string} text `label`, `top`, or the index of a class
   * @returns {boolean} whether there is such a class
   */
  choose(text) {
    const isClass = /^\d+$/.test(text) && Number(text) < (this.store.experiment?.dataset.classes.length ?? Infinity);
    if (!isClass && text !== "label" && text !== "top") return false;
    this.choice.value = text;
    this.of = isClass ? Number(text) : /** @type {"label" | "top"} */ (text);
    this.update();
    this.page.settings.applied.tell();
    return true;
  }

  /** Ask about another image; about a drawing once it rests. */
  #renew() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.page.image.own) {
      this.update();
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.update();
    }, REST_MS);
    this.ask();
  }

  /** @override */
  get quantities() {
    return this.page.can(INPUT_GRADIENT) ? [INPUT_GRADIENT] : [];
  }

  /** @override */
  asks() {
    if (this.timer !== 0) return [];
    return this.lanes.map((lane) => ({ kind: "saliency", lane, image: this.page.image.index, of: this.of }));
  }

  /** @override */
  draw() {
    const { experiment } = this.store;
    if (!this.isShown || !experiment) return;
    for (const subject of this.subjects) {
      /** @type {Saliency | null} */
      const found = this.store.finding("saliency", subject);
      if (found && found.lane === subject.lane) this.found.set(found.lane, found);
    }
    this.#build(experiment);
    const shown = this.lanes.flatMap((lane) => this.found.get(lane) ?? []);
    for (const row of this.rows) row.paint(this.found);
    this.#nameLabel(experiment.dataset.classes);
    this.age();
    this.loss?.name();
    for (const one of shown) write(part(this.gradient.figures[one.lane].root, "answer"), this.#answer(one));
    const says = described(shown, experiment.dataset.classes, this.translator, (lane) => this.loss?.described(lane) ?? "");
    write(this.summary, says);
  }

  /** @override */
  age() {
    if (!this.isShown) return;
    const { image } = this.page;
    const shown = this.lanes.flatMap((lane) => this.found.get(lane) ?? []);
    const { run } = this.store.series;
    const isStale = shown.some((one) => one.image !== image.index || one.of !== this.of || one.run !== run);
    this.root.toggleAttribute("data-stale", isStale);
    const step = Math.min(...shown.map(({ step: of }) => of));
    this.root.dataset.step = shown.length > 0 ? String(step) : "";
    const { count } = this.translator.format;
    write(this.where, shown.length > 0 ? this.text("sees.where", { step: count(step) }) : this.text("study.measuring"));
  }

  /** @param {import("../../base/types.js").Experiment} experiment */
  #build({ dataset }) {
    const { classes, image_shape: shape } = dataset;
    const structure = JSON.stringify([this.lanes, classes, shape]);
    if (structure === this.structure) return;
    this.structure = structure;
    this.choice.replaceChildren(
      new Option("", "label"),
      new Option(this.text("saliency.top"), "top"),
      ...classes.map((name, index) => new Option(this.text("saliency.of", { class: name }), String(index))),
    );
    this.choice.value = String(this.of);
    this.loss = this.page.can(INPUT_GRADIENT) ? new LossRow(this.lanes, shape, this.page) : null;
    const rows = KINDS.map((kind) => new MapRow(kind, this.lanes, shape, this.page));
    this.rows = this.loss ? [this.loss, ...rows] : rows;
    for (const row of this.rows) row.onPoint((pointed) => this.#point(pointed));
    this.grid.style.setProperty("--lanes", String(this.lanes.length));
    this.grid.replaceChildren(...this.rows.map(({ root }) => root));
  }

  /** The row whose maps are named by the logit that they are of. */
  get gradient() {
    return this.rows[this.loss ? 1 : 0];
  }

  /** @param {string[]} classes */
  #nameLabel(classes) {
    const { known } = this.page.image;
    write(this.choice.options[0], this.text("saliency.label", { class: known ? className(known.label, classes) : "…" }));
  }

  /** @param {Saliency} found */
  #answer({ class: of, logit, probability }) {
    const name = this.store.experiment?.dataset.classes[of] ?? "";
    const percent = probability === null ? "–" : percentText(probability, this.translator.format);
    return this.text("saliency.answer", { class: name, logit: significant(logit ?? NaN, DIGITS), percent });
  }

  /** @param {import("./maps.js").Pointed | null} pointed */
  #point(pointed) {
    if (!pointed) {
      this.readout.leave();
      return;
    }
    const { kind, lane, row, col, at, stretch } = pointed;
    const pictures = this.rows.find((one) => one.kind === kind);
    const lanes = this.lanes.flatMap((id) => {
      const value = pictures?.valueAt(id, row, col) ?? null;
      return value === null ? [] : [{ id, value, isSeen: id === lane }];
    });
    this.readout.show(this.text(`saliency.at.${kind}`, { row, col }), lanes, at, stretch);
  }
}
