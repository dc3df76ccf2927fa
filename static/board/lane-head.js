import { find, part, stamp, write } from "../base/dom.js";
import { readingOf } from "../charts/reading.js";
import { drawSwatch } from "../draw/lane-style.js";
import { MEASURES } from "../charts/measures.js";
import { RateControl } from "../lanes/rate-control.js";

const NOTHING = "–";
const ROOM = "\u00a0";

/**
 * The head of a lane's column: who it is, its rate, its numbers and one sentence of measured fact.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../stream/series.js").Series} Series
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("../base/types.js").Verdict} Verdict
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
    this.steps = { line: ["loss-step", "batch-step"].map((name) => part(this.root, name)), test: part(this.root, "test-step") };
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
   * Names the step of a figure where it isn't the one that the page shows.
   * @param {number | null} of
   * @param {number} step
   */
  #older(of, step) {
    return of === null || of === step ? ROOM : this.translator.text("chart.at_step", { step: this.translator.format.count(of) });
  }
}

/**
 * What a lane had measured by a step, and at which; null: nothing yet. The last test was mostly at an earlier one, and of a thinned
 * history not every step is here.
 * @param {Series} series
 * @param {number} step
 * @param {number} lane
 */
export function figuresAt(series, step, lane) {
  const loss = readingOf(MEASURES.loss, series, step);
  const accuracy = readingOf(MEASURES.accuracy, series, step);
  return {
    loss: loss.isEmpty ? null : known(loss.line(lane)),
    accuracy: accuracy.isEmpty ? null : known(accuracy.line(lane)),
    testAccuracy: accuracy.pointStep === null ? null : known(accuracy.point(lane)),
    lineStep: loss.isEmpty ? null : series.stepOf(series.rowBefore(step)),
    testStep: accuracy.pointStep,
  };
}

/** A lane that has diverged makes no further step, and has no numbers of those. @param {number} value */
function known(value) {
  return Number.isNaN(value) ? null : value;
}

/**
 * What has become of a lane, or had by an earlier step.
 * @param {Lane} lane
 * @param {number | null} past that step
 */
export function statusAt({ status, step: since }, past) {
  return past !== null && since !== null && since > past ? "training" : status;
}

/**
 * What has been measured, in a sentence: what has become of the lane, else what its newest test says, else the loss.
 * @param {Lane} lane
 * @param {number} index
 * @param {Series} series
 * @param {Translator} translator
 * @param {number | null} [past] an earlier step: only what was known by then
 */
export function factAbout(lane, index, series, translator, past = null) {
  const { format } = translator;
  const step = past ?? series.lastStep;
  const event = statusAt(lane, past) === "training" ? null : laneEvent(lane, translator);
  if (event) return event;
  const known = past === null && lane.verdict.kind !== "measuring";
  const verdict = known ? verdictText(lane.verdict, translator) : null;
  if (verdict) return verdict;
  const { loss } = figuresAt(series, step, index);
  if (loss === null) return translator.text("lane.fact.none");
  const first = format.loss(series.at("loss", 1, index));
  const losses = step === 1
    ? translator.text("lane.fact.first", { loss: first })
    : translator.text("lane.fact.loss", { first, last: format.loss(loss) });
  const awaited = lane.verdict.numbers.first;
  if (past !== null || known || typeof awaited !== "number") return losses;
  return translator.text("verdict.measuring", { fact: losses, first: format.count(awaited) });
}

/**
 * What the newest test says of a lane; null for a kind that this page doesn't know.
 * @param {Verdict} verdict
 * @param {Translator} translator
 */
export function verdictText({ kind, numbers }, translator) {
  const { format } = translator;
  const of = (/** @type {string} */ name) => /** @type {number} */ (numbers[name] ?? Infinity);
  const counts = ["step", "since"].map((name) => [name, format.count(of(name))]);
  const losses = ["loss", "before", "training", "guessing", "other_loss"].map((name) => [name, format.loss(of(name))]);
  const { loss, before } = Object.fromEntries(losses);
  const key = variant(`verdict.${kind}`, numbers, of("loss") > of("before") && loss !== before);
  if (!translator.has(key)) return null;
  const shares = ["accuracy", "other_accuracy"].map((name) => [name, format.percent(of(name))]);
  const rest = { other: String(numbers.other), gap: format.few(100 * of("gap")), swing: format.wholePercent(of("swing")) };
  return translator.text(key, { ...Object.fromEntries([...counts, ...losses, ...shares]), ...rest });
}

/**
 * There are several sentences of some kinds.
 * @param {string} key
 * @param {Verdict["numbers"]} numbers
 * @param {boolean} risen whether the loss has, as far as its digits tell
 */
function variant(key, { longer, since, swing }, risen) {
  if (key === "verdict.plateau" && longer) return `${key}.longer`;
  if (key !== "verdict.alone" && key !== "verdict.working") return key;
  if (swing !== undefined) return `${key}.swings`;
  if (since === undefined) return `${key}.first`;
  return risen && key === "verdict.working" ? `${key}.rising` : key;
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
