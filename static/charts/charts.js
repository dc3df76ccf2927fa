import { renewal } from "../state/renewal.js";
import { Chart } from "./chart.js";

/**
 * The charts beside the board: drawn as their points come. Imported apart from the board, which is there without them where the
 * library that draws them fails.
 *
 * @typedef {object} Parts
 * @property {import("../state/store.js").Store} store
 * @property {import("../base/i18n.js").Translator} translator
 * @property {import("../state/session.js").Session} session
 * @property {import("../base/loop.js").Loop} loop
 */

/** A curve that grows less often than this stutters. */
const CURVES_INTERVAL_MS = 200;
/** Numbers that change faster than this can't be read. */
const READABLE_INTERVAL_MS = 200;

export class Charts {
  /** @param {Parts} parts */
  constructor({ store, translator, session, loop }) {
    this.chart = new Chart(store, translator, () => numbers.hurry());
    const fit = loop.task(() => this.chart.resize());
    // In frames of their own, so that none is long.
    this.curves = this.chart.slots.map((_, index) => loop.task(() => this.chart.draw(index), { interval: CURVES_INTERVAL_MS }));
    const numbers = loop.task(() => this.chart.write(), { interval: READABLE_INTERVAL_MS });
    const all = [...this.curves, numbers];
    const renew = renewal(store, session);
    store.on("experiment", () => {
      this.chart.describe();
      for (const task of all) task.hurry();
    });
    for (const topic of /** @type {const} */ (["run", "scalars"])) store.on(topic, () => renew(...all));
    store.on("snapshot", () => renew(numbers));
    store.on("shown", () => {
      this.chart.stand(store.pastStep);
      numbers.hurry();
    });
    new ResizeObserver(() => fit.invalidate()).observe(this.chart.target);
  }

  /** @param {Set<string>} hidden ids of lanes */
  hide(hidden) {
    this.chart.hide(hidden);
  }

  retheme() {
    this.chart.rebuild();
  }

  /** At once: paper doesn't wait for a frame. */
  print() {
    this.retheme();
    this.chart.resize();
    for (const curve of this.curves) curve.run(performance.now());
  }
}
