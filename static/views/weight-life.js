import uPlot from "../vendor/uPlot.esm.js";

import { part, write } from "../dom.js";
import { laneColour, laneDash } from "./lane-style.js";
import { roundPlaces } from "./line-reading.js";
import { StudyPlot } from "./study-plot.js";

/**
 * One weight over the run: its value and its gradient, the same weight in every lane.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").WeightLife} Life
 */

const MOST_PLACES = 5;

export class WeightLife {
  /**
   * @param {HTMLElement} root
   * @param {Translator} translator
   */
  constructor(root, translator) {
    this.translator = translator;
    this.note = part(root, "life-note");
    this.plots = { values: new StudyPlot(part(root, "values"), { rows: 1 }), gradients: new StudyPlot(part(root, "gradients"), { rows: 0 }) };
  }

  /**
   * @param {Life} life
   * @param {number} step the one that is marked
   */
  draw(life, step) {
    const { translator } = this;
    const { format } = translator;
    const ids = Object.keys(life.lanes);
    const last = Math.max(1, ...ids.map((id) => life.lanes[id].steps.at(-1) ?? 0));
    const [first, second = 1] = life.lanes[ids[0]]?.steps ?? [0, 1];
    write(this.note, translator.text(second - first === 1 ? "weight.life.each" : "weight.life.every", { n: format.count(second - first) }));
    for (const quantity of /** @type {const} */ (["values", "gradients"])) {
      const data = joined(life, quantity);
      const [low, high] = range(data.slice(1));
      this.plots[quantity].draw({
        data,
        curves: ids.map((id) => ({ colour: laneColour(id), width: 1.5, dash: laneDash(id) })),
        x: [0, last],
        y: [low, high],
        axes: [{ places: (_, end) => roundPlaces(end, MOST_PLACES), text: format.count, label: translator.text("chart.axis.step") }],
        marks:
          quantity === "values"
            ? [{ x: step, y: null, label: translator.text("chart.at_step", { step: format.count(step) }), row: 0, colour: "var(--muted)", dash: [2, 3] }]
            : [],
      });
    }
  }

  retheme() {
    for (const plot of Object.values(this.plots)) plot.retheme();
  }
}

/**
 * All lanes on one axis of steps; a lane that has not kept a step has no number there.
 * @param {Life} life
 * @param {"values" | "gradients"} quantity
 */
export function joined({ lanes }, quantity) {
  const tables = Object.values(lanes).map(({ steps, ...numbers }) => /** @type {uPlot.AlignedData} */ ([steps, numbers[quantity]]));
  return uPlot.join(tables);
}

/**
 * From the least to the greatest, with a little room; around zero where there is nothing.
 * @param {(ArrayLike<number | null | undefined>)[]} series
 * @returns {[number, number]}
 */
function range(series) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of series) {
    for (const value of Array.from(values)) {
      if (value === null || value === undefined) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [-1, 1];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1e-3;
  return [low - room, high + room];
}
