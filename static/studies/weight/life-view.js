import uPlot from "../../vendor/uPlot.esm.js";

import { part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { distance, keptSteps, momentAt, nearestPlace, placeOf } from "../../state/life.js";
import { laneColour, laneDash, ofLane } from "../../draw/lane-style.js";
import { roundPlaces } from "../line/reading.js";
import { StudyPlot } from "../plot.js";

/**
 * One weight over the run, in every lane: its value and its gradient, and both at the step that the page shows. Moving the pointer
 * along the plots takes the whole page through time.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/life.js").Life} Life
 */

const MOST_PLACES = 5;
const DIGITS = 4;
/** Where zeros come first. */
const FEWER = 3;
const NOTHING = "–";

export class WeightLife {
  /**
   * @param {HTMLElement} root
   * @param {Translator} translator
   * @param {import("../../state/playhead.js").Playhead} playhead
   */
  constructor(root, translator, playhead) {
    this.translator = translator;
    this.playhead = playhead;
    this.note = part(root, "life-note");
    this.plots = {
      values: new StudyPlot(part(root, "values"), { rows: 1 }),
      gradients: new StudyPlot(part(root, "gradients"), { rows: 0 }),
    };
    this.chosen = part(root, "life-step");
    this.change = part(root, "life-change");
    this.body = part(root, "life-lanes");
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    /** @type {Life | null} */
    this.life = null;
    for (const plot of Object.values(this.plots)) {
      plot.target.addEventListener("pointerdown", (event) => {
        if (event.button === 0) plot.target.setPointerCapture(event.pointerId);
        this.#point(plot, event);
      });
      plot.target.addEventListener("pointermove", (event) => this.#point(plot, event));
    }
  }

  /** @param {Life} life */
  draw(life) {
    this.life = life;
    const { format } = this.translator;
    const ids = Object.keys(life.lanes);
    const steps = keptSteps(life);
    const asked = this.playhead.step;
    const step = steps[asked === null ? steps.length - 1 : placeOf(steps, asked)];
    const apart = distance(steps);
    const all = steps.every((kept, place) => kept === place);
    write(this.note, this.translator.text(`weight.life.${all ? "each" : apart === 1 ? "some" : "every"}`, { n: format.count(apart) }));
    this.#plot(life, ids, step);
    this.#tell(life, ids, step);
  }

  /**
   * @param {StudyPlot} plot
   * @param {PointerEvent} event
   */
  #point(plot, { clientX, pointerId }) {
    const at = plot.target.hasPointerCapture(pointerId) ? plot.at(clientX) : null;
    if (at === null || !this.life) return;
    const steps = keptSteps(this.life);
    const place = nearestPlace(steps, at);
    this.playhead.go(place >= steps.length - 1 ? null : steps[place]);
  }

  /**
   * @param {Life} life
   * @param {string[]} ids of the lanes
   * @param {number} step
   */
  #plot(life, ids, step) {
    const { translator } = this;
    const { format } = translator;
    const last = Math.max(1, ...ids.map((id) => life.lanes[id].steps.at(-1) ?? 0));
    for (const quantity of /** @type {const} */ (["values", "gradients"])) {
      const data = joined(life, quantity);
      const label = quantity === "values" ? translator.text("chart.at_step", { step: format.count(step) }) : "";
      this.plots[quantity].draw({
        data,
        curves: ids.map((id) => ({ colour: laneColour(id), width: 1.5, dash: laneDash(id) })),
        x: [0, last],
        y: range(data.slice(1)),
        axes: [{ places: (_, end) => roundPlaces(end, MOST_PLACES, 1), text: format.count, label: translator.text("chart.axis.step") }],
        marks: [{ x: step, y: null, label, row: 0, colour: "var(--muted)", dash: [2, 3] }],
      });
    }
  }

  /**
   * Write the numbers of a step.
   * @param {Life} life
   * @param {string[]} ids
   * @param {number} step
   */
  #tell({ lanes }, ids, step) {
    const { translator } = this;
    const { format } = translator;
    if ([...this.rows.keys()].join() !== ids.join()) {
      this.rows = new Map(ids.map((id) => [id, rowOf(id)]));
      this.body.replaceChildren(...this.rows.values());
    }
    write(this.chosen, translator.text("chart.at_step", { step: format.count(step) }));
    this.chosen.dataset.step = String(step);
    let since = step - 1;
    for (const [id, row] of this.rows) {
      const moment = momentAt(lanes[id], step);
      if (moment.change !== null) since = moment.since;
      for (const [name, value, digits] of /** @type {const} */ ([
        ["first", moment.value, DIGITS],
        ["second", moment.gradient, FEWER],
        ["third", moment.change, FEWER],
      ])) {
        write(part(row, name), value === null ? NOTHING : significant(value, digits));
      }
    }
    write(this.change, step === 0 ? "Δw" : translator.text("weight.life.since", { step: format.count(since) }));
  }

  retheme() {
    for (const plot of Object.values(this.plots)) plot.retheme();
  }
}

/** @param {string} id of a lane */
function rowOf(id) {
  const row = ofLane("chart-row-template", id);
  part(row, "fourth").remove();
  return row;
}

/**
 * Put all lanes on one axis of steps; a lane that has not kept a step has no number there.
 * @param {Life} life
 * @param {"values" | "gradients"} quantity
 */
export function joined({ lanes }, quantity) {
  const tables = Object.values(lanes).map(({ steps, ...numbers }) => /** @type {uPlot.AlignedData} */ ([steps, numbers[quantity]]));
  return uPlot.join(tables);
}

/**
 * The range from the least to the greatest, with a margin; around zero if there are none.
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
