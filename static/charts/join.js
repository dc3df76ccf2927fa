import { find } from "../base/dom.js";
import { Part } from "../page/part.js";
import { menuSetting } from "../page/settings.js";
import { choiceSetting } from "./choice.js";

/**
 * Load the charts at once, but separately. The connection waits for them, so that the address's settings are applied to them from the
 * start.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinCharts(page) {
  const { settings, awaited } = page;
  const menu = (/** @type {string} */ id) => menuSetting(find(document, `#${id}`, HTMLSelectElement));
  settings.add("upper", menu("measure-upper"));
  settings.add("lower", menu("measure-lower"));
  settings.add("x", menu("chart-x"));
  settings.add("smooth", menu("chart-smoothing"));
  settings.add("scale", choiceSetting("scale"));
  settings.add("xscale", choiceSetting("scale-x"));
  const charts = new Part(async () => new (await import("./charts.js")).Charts(page));
  awaited.push(charts.want());
}
