import { find, part, stamp, write } from "../dom.js";
import { drawSwatch } from "./lane-style.js";
import { RateControl } from "./rate-control.js";

/**
 * The head of a lane's column: who it is, its rate, its newest numbers and one sentence of measured fact.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../series.js").Series} Series
 * @typedef {import("../types.js").Lane} Lane
 * @typedef {import("../types.js").LaneConfig} LaneConfig
 * @typedef {import("../types.js").Verdict} Verdict
 */

export class LaneHead {
  /**
   * @param {Lane} lane
   * @param {number} index
   * @param {Translator} translator
   * @param {(rate: number) => void} onRate
   * @param {() => void} onMenu
   */
  constructor(lane, index, translator, onRate, onMenu) {
    this.index = index;
    this.translator = translator;
    /** The lane's whole column; its panels are put in below the head. */
    this.root = stamp("lane-template");
    this.root.dataset.lane = lane.id;
    this.root.style.setProperty("--column", String(index));
    this.root.setAttribute("aria-label", translator.text("lane.label", { lane: lane.id }));
    drawSwatch(find(this.root, ".swatch", SVGElement), lane.id);
    write(part(this.root, "letter"), lane.id);
    this.loss = part(this.root, "loss");
    this.testAccuracy = part(this.root, "test-accuracy");
    this.batchAccuracy = part(this.root, "batch-accuracy");
    this.fact = part(this.root, "fact");
    this.name = part(this.root, "name");
    this.menu = find(this.root, ".lane-menu", HTMLButtonElement);
    this.menu.setAttribute("aria-label", translator.text("lane.menu", { lane: lane.id }));
    this.menu.title = translator.text("lane.menu.title");
    this.menu.addEventListener("click", onMenu);
    this.rate = new RateControl(this.root, translator, onRate);
    this.menu.setAttribute("aria-keyshortcuts", `Shift+${index + 1}`);
    this.rate.select.setAttribute("aria-keyshortcuts", String(index + 1));
  }

  /** @param {boolean} settable */
  enable(settable) {
    this.rate.enable(settable);
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
   */
  update(lane, series) {
    const { format } = this.translator;
    const loss = series.at("loss", series.lastStep, this.index);
    const test = series.testAt("testAccuracy", series.tests - 1, this.index);
    const accuracy = series.at("accuracy", series.lastStep, this.index);
    write(this.loss, series.lastStep === 0 ? "–" : format.loss(loss));
    write(this.testAccuracy, series.tests === 0 ? "–" : format.percent(test));
    write(this.batchAccuracy, series.lastStep === 0 ? "–" : format.percent(accuracy));
    write(this.fact, factAbout(lane, this.index, series, this.translator));
  }
}

/**
 * What has been measured, in a sentence: what has become of the lane, else what its rate is doing to it, else the loss.
 * @param {Lane} lane
 * @param {number} index
 * @param {Series} series
 * @param {Translator} translator
 */
export function factAbout(lane, index, series, translator) {
  const { format } = translator;
  const event = laneEvent(lane, translator);
  if (event) return event;
  const verdict = verdictText(lane.verdict, translator);
  if (verdict) return verdict;
  if (series.lastStep === 0) return translator.text("lane.fact.none");
  const first = format.loss(series.at("loss", 1, index));
  if (series.lastStep === 1) return translator.text("lane.fact.first", { loss: first });
  return translator.text("lane.fact.loss", { first, last: format.loss(series.at("loss", series.lastStep, index)) });
}

/**
 * What its rate is doing to a lane; null as long as too little has been measured.
 * @param {Verdict} verdict
 * @param {Translator} translator
 */
export function verdictText({ kind, numbers }, translator) {
  const key = numbers.at_least ? `verdict.${kind}.at_least` : `verdict.${kind}`;
  if (!translator.has(key)) return null;
  const { format } = translator;
  const of = (/** @type {string} */ name) => /** @type {number} */ (numbers[name] ?? Infinity);
  return translator.text(key, {
    times: of("times") < 10 ? format.few(of("times")) : format.count(of("times")),
    ratio: format.few(of("ratio")),
    rose: format.wholePercent(of("rose")),
    flipped: format.wholePercent(of("flipped")),
    loss: format.loss(of("loss")),
    guessing: format.loss(of("guessing")),
  });
}

/**
 * What has become of a lane, and when and why; null while it is training.
 * @param {Lane} lane
 * @param {Translator} translator
 */
export function laneEvent({ status, step, cause, reason }, translator) {
  if (status === "training") return null;
  const key = status === "diverged" ? `lane.fact.diverged.${cause}` : "lane.fact.collapsed";
  // A cause that this page doesn't know yet still comes with the server's own sentence.
  if (!translator.has(key)) return reason;
  return translator.text(key, { step: translator.format.count(step ?? NaN), layer: cause ?? "" });
}
