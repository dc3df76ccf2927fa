import { find, hide, part, write } from "../base/dom.js";
import { rateText } from "../base/format.js";
import { ownTexts } from "../state/description.js";
import { figuresAt } from "./lane-figures.js";
import { statusAt } from "../state/verdict.js";
import { ofLane } from "../draw/lane-style.js";

/**
 * The strip of lanes, used where not all fit side by side: for each a button, always in sight, with its loss and accuracy, that shows
 * whether the lane is on screen and scrolls to it.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {{button: HTMLElement, rate: HTMLElement, loss: HTMLElement, accuracy: HTMLElement, tested: HTMLElement}} Entry
 */

/** The share of a lane that must be visible for it to count as on screen. */
const MOSTLY = 0.9;

export class LaneStrip {
  /**
   * @param {HTMLElement} board the scrolled element
   * @param {Translator} translator
   */
  constructor(board, translator) {
    this.board = board;
    this.translator = translator;
    this.stage = find(document, "#stage", HTMLElement);
    this.root = find(document, "#lane-strip", HTMLElement);
    /** @type {Entry[]} */
    this.entries = [];
    /** Columns of the lanes. @type {HTMLElement[]} */
    this.columns = [];
    /** Whether somebody has gone to a lane; until then the board shows that of the selected weight. */
    this.chosen = false;
    for (const sign of ["pointerdown", "wheel", "focusin"]) board.addEventListener(sign, () => (this.chosen = true), { passive: true });
    this.observer = new IntersectionObserver((seen) => this.#seen(seen), { root: board, threshold: MOSTLY });
  }

  /** @param {HTMLElement[]} columns of the lanes, in their order on the page */
  build(columns) {
    this.observer.disconnect();
    this.columns = columns;
    this.entries = columns.map((column) => this.#entry(column));
    this.root.replaceChildren(...this.entries.map(({ button }) => button));
    // Observe the heads: a column may be taller than the screen.
    for (const column of columns) this.observer.observe(find(column, ".lane-head", HTMLElement));
  }

  /** @param {HTMLElement} column */
  #entry(column) {
    const { lane = "" } = column.dataset;
    const button = ofLane("strip-template", lane);
    button.title = this.translator.text("strip.lane", { lane });
    button.addEventListener("click", () => {
      this.chosen = true;
      column.scrollIntoView({ block: "nearest", inline: "start" });
    });
    return {
      button,
      rate: part(button, "rate"),
      loss: part(button, "loss"),
      accuracy: part(button, "accuracy"),
      tested: part(button, "tested"),
    };
  }

  /**
   * Bring a lane into sight, unless somebody has chosen what to see.
   * @param {number} lane
   */
  show(lane) {
    const column = this.columns[lane];
    if (this.chosen || !column || !this.stage.hasAttribute("data-scrolls")) return;
    // Not scrollIntoView, which may scroll the page, too.
    const start = this.board.getBoundingClientRect().left + parseFloat(getComputedStyle(this.board).scrollPaddingLeft);
    // Not scrollBy: after even a pixel in a direction, it goes on to the next lane there.
    this.board.scrollTo({ left: this.board.scrollLeft + column.getBoundingClientRect().left - start, behavior: "instant" });
  }

  /** Show which lanes are hidden, and the strip only if the others don't all fit. */
  fit() {
    this.columns.forEach(({ hidden }, index) => hide(this.entries[index].button, hidden === true));
    this.stage.toggleAttribute("data-scrolls", this.board.scrollWidth > this.board.clientWidth + 1);
  }

  /**
   * @param {import("../base/types.js").Experiment} experiment
   * @param {Series} series
   * @param {number | null} past an earlier step that is shown
   */
  update({ lanes, config }, series, past) {
    const { format } = this.translator;
    lanes.forEach((lane, index) => {
      const { button, rate, loss, accuracy, tested } = this.entries[index];
      const step = past ?? series.lastStep;
      const figures = figuresAt(series, step, index);
      button.dataset.status = statusAt(lane, past);
      // There is room for what is its own, if anything, or for its rate.
      write(rate, ownTexts(config.lanes[index], this.translator).join(" ") || rateText(lane.learning_rate));
      write(loss, figures.loss === null ? "–" : format.loss(figures.loss));
      write(accuracy, figures.testAccuracy === null ? "–" : format.wholePercent(figures.testAccuracy));
      const { testStep } = figures;
      write(tested, testStep === null || testStep === step ? "" : this.translator.text("strip.tested", { step: format.count(testStep) }));
    });
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #seen(seen) {
    for (const { target, intersectionRatio } of seen) {
      const index = this.columns.findIndex((column) => column.contains(target));
      if (index >= 0) this.entries[index].button.toggleAttribute("data-seen", intersectionRatio >= MOSTLY);
    }
    const shown = this.entries.filter(({ button }) => !button.hidden);
    this.stage.toggleAttribute("data-more", shown.at(-1)?.button.hasAttribute("data-seen") === false);
  }
}
