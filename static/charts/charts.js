import { READABLE_MS } from "../base/loop.js";
import { renewal } from "../state/renewal.js";
import { Chart } from "./chart.js";

/**
 * The charts beside the board, drawn as their points arrive. Imported separately, so that the board works even if the chart library
 * fails to load.
 */

/** The interval between redraws: with a longer one the curves stutter. But to draw many lanes takes no more time than to draw four. */
const CURVES_INTERVAL_MS = 200;
const INTERVAL_PER_LANE_MS = CURVES_INTERVAL_MS / 4;

export class Charts {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, translator, session, loop, tabs, shownLanes, themed, printed }) {
    this.chart = new Chart(store, translator, () => numbers.hurry());
    const isShown = () => tabs.current === "kernels";
    const fit = loop.task(() => this.chart.resize());
    // Each in a frame of its own, so that no frame is long.
    this.curves = this.chart.slots.map((_, index) => loop.task(() => this.chart.draw(index), { interval: CURVES_INTERVAL_MS, isShown }));
    const numbers = loop.task(() => this.chart.write(), { interval: READABLE_MS, isShown });
    const all = [...this.curves, numbers];
    const renew = renewal(store, session);
    store.on("experiment", () => {
      this.chart.describe();
      for (const curve of this.curves) curve.interval = Math.max(CURVES_INTERVAL_MS, INTERVAL_PER_LANE_MS * this.chart.lanes.length);
      // While training goes on, a description comes with each test: all at once would make its frame long.
      if (this.chart.due) for (const task of all) task.hurry();
      else renew(...all);
    });
    store.on("run", () => this.chart.previous.begin(store.series));
    for (const topic of /** @type {const} */ (["run", "scalars"])) store.on(topic, () => renew(...all));
    store.on("snapshot", () => renew(numbers));
    store.on("shown", () => {
      this.chart.stand(store.pastStep);
      numbers.hurry();
    });
    shownLanes.onChange(() => this.chart.hide(shownLanes.hidden));
    themed.add(() => this.chart.rebuild());
    printed.add(() => this.#print());
    new ResizeObserver(() => fit.invalidate()).observe(this.chart.target);
  }

  #print() {
    this.chart.rebuild();
    this.chart.resize();
    for (const curve of this.curves) curve.run(performance.now());
  }
}
