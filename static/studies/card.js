import { find, part, write } from "../base/dom.js";
import { ageOf } from "../state/freshness.js";
import { LaneChoice } from "./lane-choice.js";

/**
 * A card about one lane that is computed only while it is open: it asks for its lane then, and takes that back when it is closed.
 *
 * @typedef {import("../state/freshness.js").Dated} Dated
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/selection.js").Selection} Selection
 * @typedef {import("../state/store.js").Store} Store
 */

export class StudyCard {
  /**
   * @param {string} id of the `<details>`
   * @param {Store} store
   * @param {Selection} selection
   * @param {Translator} translator
   * @param {{onLane: (lane: string | null) => void, draw: () => void}} handlers  `onLane`: of which lane it is wanted
   */
  constructor(id, store, selection, translator, { onLane, draw }) {
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    this.onLane = onLane;
    this.draw = draw;
    /** What is shown. @type {Dated | null} */
    this.finding = null;
    /** Whether it is about something else of its lane than what is selected by now. */
    this.other = false;
    this.root = find(document, `#${id}`, HTMLDetailsElement);
    this.where = part(this.root, "where");
    this.choice = new LaneChoice(find(this.root, ".study-head select", HTMLSelectElement), translator, () => this.update());
    this.root.addEventListener("toggle", () => this.update());
  }

  /** Other lanes, another lane selected, opened or closed. */
  update() {
    this.choice.update(this.store.experiment?.lanes ?? [], this.selection.current?.lane ?? 0);
    this.onLane(this.root.open ? this.choice.lane : null);
    if (this.root.open) this.draw();
  }

  /**
   * Says what the picture is of, and shows whether that is what was asked for.
   * @param {Dated | null} finding
   * @param {boolean} other about something else of its lane than what is selected
   */
  date(finding, other = false) {
    this.finding = finding;
    this.other = other;
    this.age();
    if (!finding) return;
    this.root.dataset.step = String(finding.step);
    this.root.dataset.lane = finding.lane;
  }

  /** Another step is on the screen: what is shown may be too old by now. */
  age() {
    const { finding, text } = this;
    if (!this.root.open) return;
    const { series } = this.store;
    if (!finding) {
      this.root.toggleAttribute("data-stale", false);
      write(this.where, text(series.lastStep === 0 ? "study.no_step" : "study.measuring"));
      return;
    }
    const { count } = this.translator.format;
    const elsewhere = finding.run !== series.run || finding.lane !== this.choice.lane;
    const { steps: behind, late } = ageOf(finding, this.store);
    this.root.toggleAttribute("data-stale", elsewhere || this.other || late);
    const key = finding.run !== series.run ? "other_run" : elsewhere ? "stale" : behind > 0 ? "behind" : "now";
    write(this.where, text(`study.where.${key}`, { lane: finding.lane, step: count(finding.step), now: count(finding.step + behind) }));
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  text = (key, values) => this.translator.text(key, values);
}
