import { find, isOffered, part, write } from "../base/dom.js";
import { ageOf } from "../state/freshness.js";
import { LaneChoice } from "./lane-choice.js";
import { refusalText } from "./refusal.js";

/**
 * A card about one lane, computed only while its tab is shown: then it requests its subjects, and afterwards it withdraws the request.
 * Each study with a card extends it and is listed in registry.js.
 *
 * @typedef {import("../state/freshness.js").Dated & {lane: string} & import("./refusal.js").Refusal} Dated
 * @typedef {import("../stream/interest.js").Subject} Subject
 *
 * @typedef {import("../page/page.js").Page} Page
 */

export class StudyCard {
  /** The kinds of the subjects it shows, the main one first. @type {string[]} */
  kinds = [];

  /** Whether its studies can wait (`Subject.patient` of the server), so that an older one is no fault. */
  patient = false;

  /**
   * @param {string} id of its element
   * @param {Page} page
   */
  constructor(id, { store, selection, translator, session, tabs }) {
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    this.session = session;
    this.tabs = tabs;
    /** The requested subjects. @type {Subject[]} */
    this.subjects = [];
    this.settable = false;
    /** The finding that is shown. @type {Dated | null} */
    this.dated = null;
    /** Whether it is about something other than the present selection. */
    this.other = false;
    this.root = find(document, `#${id}`, HTMLElement);
    this.id = id;
    this.where = part(this.root, "where");
    this.laneChoice = new LaneChoice(find(this.root, ".study-head select", HTMLSelectElement), translator, () => this.update());
    this.tab = this.root.closest("[data-tab]")?.getAttribute("data-tab");
    tabs.onChange(() => this.update());
  }

  /** Whether it can be seen. */
  get isShown() {
    return this.tabs.current === this.tab && isOffered(this.root);
  }

  /** React to other lanes, another selected lane, another tab. */
  update() {
    this.laneChoice.update(this.store.experiment?.lanes ?? [], this.selection.current?.lane ?? 0);
    this.ask();
    if (this.isShown) this.draw();
  }

  /** Request what the card is about, after that has changed. */
  ask() {
    const { lane } = this.laneChoice;
    this.subjects = this.isShown && lane !== null ? this.asks(lane) : [];
    this.session.interest.want(this.id, { subjects: this.subjects });
  }

  /**
   * The subjects that it shows of a lane.
   * @abstract
   * @param {string} lane
   * @returns {Subject[]}
   */
  asks(lane) {
    throw new Error(`${this.id} says not what it wants of lane ${lane}`);
  }

  /**
   * The finding about what it requests; until there is one, that about another subject of this kind.
   * @param {string} kind
   */
  found(kind) {
    return this.store.finding(
      kind,
      this.subjects.find((subject) => subject.kind === kind),
    );
  }

  /** Draw a new finding, or a change of what the card is about. */
  draw() {}

  /** Adapt to another theme. */
  retheme() {}

  /** @param {boolean} settable whether this viewer's commands are obeyed now */
  offer(settable) {
    this.settable = settable;
  }

  /**
   * Say what the picture shows, and whether that is what was requested.
   * @param {Dated | null} finding
   * @param {boolean} other whether it is about something other than the selection
   */
  date(finding, other = false) {
    this.dated = finding;
    this.other = other;
    this.age();
    if (!finding) return;
    this.root.dataset.step = String(finding.step);
    this.root.dataset.lane = finding.lane;
  }

  /** Mark the card if it is too old for the step now on screen. */
  age() {
    const { dated: finding, text } = this;
    if (!this.isShown) return;
    const { series } = this.store;
    this.root.toggleAttribute("data-empty", !finding && series.lastStep === 0);
    if (!finding) {
      this.root.toggleAttribute("data-stale", false);
      write(this.where, text(series.lastStep === 0 ? "study.no_step" : "study.measuring"));
      return;
    }
    const { count } = this.translator.format;
    if (finding.too_large && !this.other) {
      this.root.toggleAttribute("data-stale", false);
      write(this.where, refusalText(this.translator, finding));
      return;
    }
    const elsewhere = finding.run !== series.run || finding.lane !== this.laneChoice.lane;
    const { steps: behind, late } = ageOf(finding, this.store);
    this.root.toggleAttribute("data-stale", elsewhere || this.other || (late && !this.patient));
    const key = finding.run !== series.run ? "other_run" : elsewhere ? "stale" : behind > 0 ? "behind" : "now";
    write(this.where, text(`study.where.${key}`, { lane: finding.lane, step: count(finding.step), now: count(finding.step + behind) }));
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  text = (key, values) => this.translator.text(key, values);
}
