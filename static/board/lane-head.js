import { find, part, stamp, write } from "../base/dom.js";
import { factAbout, figuresAt } from "./lane-figures.js";
import { drawSwatch } from "../draw/lane-style.js";
import { RateControl } from "../lanes/rate-control.js";
import { statusAt } from "../state/verdict.js";

const NOTHING = "–";
const ROOM = "\u00a0";

/**
 * The head of a lane's column: its letter, rate, numbers and one sentence of measured fact.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 */

export class LaneHead {
  /**
   * @param {Lane} lane
   * @param {number} index
   * @param {Translator} translator
   * @param {(rate: number) => void} onRate
   */
  constructor(lane, index, translator, onRate) {
    this.index = index;
    this.id = lane.id;
    this.translator = translator;
    /** The lane's whole column; its panels are inserted below the head. */
    this.root = stamp("lane-template");
    this.root.dataset.lane = lane.id;
    this.root.style.setProperty("--column", String(index));
    this.root.setAttribute("aria-label", translator.text("lane.label", { lane: lane.id }));
    drawSwatch(find(this.root, ".swatch", SVGElement), lane.id);
    write(part(this.root, "letter"), lane.id);
    this.loss = part(this.root, "loss");
    this.testAccuracy = part(this.root, "test-accuracy");
    this.batchAccuracy = part(this.root, "batch-accuracy");
    this.steps = { line: ["loss-step", "batch-step"].map((name) => part(this.root, name)), test: part(this.root, "test-step") };
    this.fact = part(this.root, "fact");
    this.name = part(this.root, "name");
    this.menu = find(this.root, ".lane-menu", HTMLButtonElement);
    this.menu.setAttribute("aria-label", translator.text("lane.menu", { lane: lane.id }));
    this.menu.title = translator.text("lane.menu.title");
    this.rate = new RateControl(this.root, translator, onRate);
  }

  /**
   * @param {boolean} settable
   * @param {boolean} rate whether the rate can be set, too
   */
  enable(settable, rate) {
    this.rate.enable(rate);
    this.menu.disabled = !settable;
  }

  /**
   * @param {Lane} lane
   * @param {LaneConfig} config
   */
  describe(lane, config) {
    write(this.name, config.name);
    this.name.title = config.name;
    this.root.dataset.status = lane.status;
    this.root.dataset.verdict = lane.verdict.kind;
    this.fact.title = this.translator.text(`verdict.${lane.verdict.kind}.title`);
    this.rate.update(lane.learning_rate);
  }

  /**
   * @param {Lane} lane
   * @param {Series} series
   * @param {number | null} past an earlier step that is shown
   */
  update(lane, series, past) {
    const { format } = this.translator;
    const step = past ?? series.lastStep;
    const { loss, accuracy, testAccuracy, lineStep, testStep } = figuresAt(series, step, this.index);
    write(this.loss, loss === null ? NOTHING : format.loss(loss));
    write(this.testAccuracy, testAccuracy === null ? NOTHING : format.percent(testAccuracy));
    write(this.batchAccuracy, accuracy === null ? NOTHING : format.percent(accuracy));
    for (const place of this.steps.line) write(place, this.#older(lineStep, step));
    write(this.steps.test, this.#older(testStep, step));
    const status = statusAt(lane, past);
    if (this.root.dataset.status !== status) this.root.dataset.status = status;
    write(this.fact, factAbout(lane, this.index, series, this.translator, past));
  }

  /**
   * Name the step of a figure if it isn't the one that the page shows.
   * @param {number | null} of
   * @param {number} step
   */
  #older(of, step) {
    return of === null || of === step ? ROOM : this.translator.text("chart.at_step", { step: this.translator.format.count(of) });
  }
}
