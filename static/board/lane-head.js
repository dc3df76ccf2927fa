import { find, part, write } from "../base/dom.js";
import { factAbout, figuresAt } from "./lane-figures.js";
import { ofLane } from "../draw/lane-style.js";
import { courseText } from "../lanes/lane-words.js";
import { RateControl } from "../lanes/rate-control.js";
import { optimizerText, ownTexts } from "../state/description.js";
import { statusAt } from "../state/verdict.js";

const NOTHING = "–";
const ROOM = "\u00a0";
const LABELS = /** @type {const} */ (["loss", "test", "batch"]);

/**
 * The head of a lane's column: what the lane is, its numbers and one sentence of measured fact.
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
    this.root = ofLane("lane-template", lane.id);
    this.root.style.setProperty("--column", String(index));
    this.root.setAttribute("aria-label", translator.text("lane.label", { lane: lane.id }));
    this.loss = part(this.root, "loss");
    this.testAccuracy = part(this.root, "test-accuracy");
    this.batchAccuracy = part(this.root, "batch-accuracy");
    /** What stands under the figures, and its words for a figure of the step shown. */
    this.labels = LABELS.map((name) => {
      const element = part(this.root, `${name}-label`);
      return { name, element, now: element.textContent ?? "" };
    });
    this.fact = part(this.root, "fact");
    this.name = part(this.root, "name");
    this.optimizer = part(this.root, "optimizer");
    this.course = part(this.root, "course");
    /** @type {LaneConfig | null} */
    this.config = null;
    this.menu = find(this.root, ".lane-menu", HTMLButtonElement);
    this.menu.setAttribute("aria-label", translator.text("lane.menu", { lane: lane.id }));
    this.menu.title = translator.text("lane.menu.title");
    this.rate = new RateControl(this.root, translator, onRate);
  }

  /** @param {boolean} settable */
  enable(settable) {
    this.rate.enable(settable);
    this.menu.disabled = !settable;
  }

  /**
   * @param {Lane} lane
   * @param {LaneConfig} config
   * @param {number | null} past an earlier step that is shown
   */
  describe(lane, config, past) {
    this.config = config;
    write(this.name, config.name || ROOM);
    this.name.title = config.name;
    write(this.optimizer, [optimizerText(config.optimizer, this.translator), ...ownTexts(config, this.translator)].join(" · "));
    this.root.dataset.status = statusAt(lane, past);
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
    for (const { name, element, now } of this.labels) {
      const of = name === "test" ? testStep : lineStep;
      write(element, of === null || of === step ? now : this.translator.text(`lane.at.${name}`, { step: format.count(of) }));
    }
    if (this.config) write(this.course, courseText(this.config, series, this.index, past, this.translator) || ROOM);
    const status = statusAt(lane, past);
    if (this.root.dataset.status !== status) this.root.dataset.status = status;
    write(this.fact, factAbout(lane, this.index, series, this.translator, past));
  }
}
