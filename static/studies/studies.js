import { READABLE_MS } from "../base/loop.js";
import { loadSheet } from "../base/sheet.js";
import { RangePanel } from "./range/panel.js";
import { STUDIES } from "./registry.js";

/**
 * The cards of the studies, loaded when one is first opened or approached; they start from what is in the store.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

export class Studies {
  /** @param {Page} page */
  constructor(page) {
    const { store, selection, session, loop, playhead, refusals } = page;
    this.session = session;
    this.cards = STUDIES.map((Card) => new Card(page));
    this.range = new RangePanel(page);
    // Drawn when a finding arrives, not with every frame.
    const drawn = this.cards.map((card) => {
      const task = loop.task(() => card.draw());
      for (const kind of card.kinds) store.on(kind, () => task.invalidate());
      return task;
    });
    // The lanes, and which is selected.
    const studied = loop.task(() => {
      for (const card of this.cards) card.update();
    });
    const aged = loop.task(
      () => {
        for (const card of this.cards) card.age();
      },
      { interval: READABLE_MS },
    );
    store.on("snapshot", () => {
      aged.invalidate();
      // At rest, the new step number may arrive after the findings.
      if (store.experiment?.status !== "running") for (const task of drawn) task.invalidate();
    });
    playhead.onChange(() => {
      for (const task of drawn) task.invalidate();
    });
    store.on("run", () => studied.invalidate());
    store.on("experiment", () => studied.invalidate());
    selection.onChange(() => studied.invalidate());
    studied.invalidate();
    refusals.on("want", (message, error) => this.#refused(message, error));
    refusals.on("set_weight", (message, error) => this.#refused(message, error));
    page.offer(() => {
      for (const card of this.cards) card.offer(page.settable);
    });
    page.themed.add(() => {
      for (const card of this.cards) card.retheme();
    });
    // Paper has another width, and doesn't wait for a frame.
    page.printed.add(() => {
      for (const card of this.cards) if (card.isShown) card.draw();
    });
  }

  /**
   * @param {string} message
   * @param {import("../base/types.js").ServerError} error
   * @returns {boolean} whether it is shown here
   */
  #refused(message, { about, problems }) {
    const place = problems[0]?.field.match(/^subjects\.(\d+)/)?.[1];
    const kind = place && this.session.interest.subjects[Number(place)]?.kind;
    const concerned = kind ? this.cards.filter(({ kinds }) => kinds.includes(kind)) : this.cards;
    return concerned.some((card) => "refused" in card && card.refused(message, about ?? ""));
  }
}

/**
 * Load the styles and words of the studies, and open them.
 * @param {Page} page
 */
export async function openStudies(page) {
  await Promise.all([loadSheet("styles/studies.css"), page.translator.add("studies/")]);
  return new Studies(page);
}
