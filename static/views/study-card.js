import { find, part, write } from "../dom.js";
import { LaneChoice } from "./lane-choice.js";

/**
 * A card about one lane that is computed only while it is open: it asks for its lane then, and takes that back when it is closed.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../selection.js").Selection} Selection
 * @typedef {import("../store.js").Store} Store
 *
 * What the card has to show: of which lane, run and step.
 * @typedef {{lane: string, run: number, step: number}} Dated
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
   */
  date(finding) {
    const { text } = this;
    const { series } = this.store;
    const stale = finding !== null && (finding.run !== series.run || finding.lane !== this.choice.lane);
    this.root.toggleAttribute("data-stale", stale);
    if (!finding) {
      write(this.where, text(series.lastStep === 0 ? "study.no_step" : "study.measuring"));
      return;
    }
    const values = { lane: finding.lane, step: this.translator.format.count(finding.step) };
    const key = !stale ? "study.where" : finding.run !== series.run ? "study.where.other_run" : "study.where.stale";
    write(this.where, text(key, values));
    this.root.dataset.step = String(finding.step);
    this.root.dataset.lane = finding.lane;
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  text = (key, values) => this.translator.text(key, values);
}
