import { part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { laneColour } from "../../draw/lane-style.js";
import { changes, isPlain, pictured, readLine, roundPlaces } from "./reading.js";
import { StudyCard } from "../card.js";
import { StudyPlot } from "../plot.js";

/**
 * Loss along the step: L(W + t·u) along its update u, on its own batch and on other images, with where the step went and where the
 * minima lie. For plain SGD u = −lr·g, so that it is L(W − α·g).
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("./reading.js").LossLine} Line
 * @typedef {import("./reading.js").LineReading} LineReading
 * @typedef {import("../plot.js").Axis} Axis
 */

const MOST_PLACES = 5;
const DIGITS = 3;

export class LossLineCard extends StudyCard {
  /** @override */
  kinds = ["line"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("loss-line", page);
    const { root } = this;
    this.plot = new StudyPlot(part(root, "plot"), { rows: 3 });
    this.sentence = part(root, "sentence");
    this.others = part(root, "others");
    this.places = {
      before: part(root, "before-place"),
      step: part(root, "step-place"),
      least: part(root, "least-place"),
      others: part(root, "others-place"),
    };
    this.losses = { before: part(root, "before-loss"), step: part(root, "step-loss"), least: part(root, "least-loss") };
    this.othersLosses = { before: part(root, "before-others"), step: part(root, "step-others"), least: part(root, "least-others") };
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    return [{ kind: "line", lane }];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    /** @type {Line | null} */
    const line = this.found("line");
    this.date(line);
    if (!line) return;
    const config = this.store.experiment?.config.lanes.find(({ id }) => id === line.lane);
    const plain = isPlain(config?.optimizer);
    const own = readLine(line);
    const others = readLine(line.others);
    this.root.dataset.kind = own.kind;
    this.#write(line, own, others, plain);
    this.#picture(line, own, others, plain);
  }

  /** @override */
  retheme() {
    this.plot.retheme();
  }

  /**
   * @param {Line} line
   * @param {LineReading} own
   * @param {LineReading} others
   * @param {boolean} plain
   */
  #write(line, own, others, plain) {
    const { format } = this.translator;
    const place = (/** @type {string} */ name, /** @type {number} */ multiple) => {
      const values = { name, alpha: significant(multiple * line.learning_rate, DIGITS), times: this.#times(multiple) };
      return this.translator.text(plain ? "line.place" : "line.place.update", values);
    };
    write(this.places.before, plain ? "α = 0" : "0×");
    write(this.places.step, place("α", 1));
    for (const [at, losses, curve, reading] of /** @type {const} */ ([
      [this.places.least, this.losses, line, own],
      [this.places.others, this.othersLosses, line.others, others],
    ])) {
      write(at, curve.best > 0 ? place("α*", curve.best) : "–");
      write(losses.before, format.loss(reading.before));
      write(losses.step, format.loss(reading.after));
      write(losses.least, curve.best > 0 ? format.loss(reading.least) : "–");
    }
    write(this.sentence, this.#said(false, line, own));
    write(this.others, this.#said(true, line.others, others));
  }

  /**
   * @param {number} multiple
   * @param {number} [digits] if it is less than 10
   */
  #times(multiple, digits = 2) {
    return multiple < 10 ? significant(multiple, digits) : this.translator.format.count(Number(multiple.toPrecision(2)));
  }

  /**
   * @param {boolean} ofOthers
   * @param {import("./reading.js").LossCurve} curve
   * @param {LineReading} reading
   */
  #said(ofOthers, { best }, { kind, before, after, least, back }) {
    const { format } = this.translator;
    const said = kind === "beyond" && back === null ? "beyond.no_way_back" : kind;
    return this.translator.text(ofOthers ? `line.others.${said}` : `line.${said}`, {
      times: this.#times(best),
      back: this.#times(back ?? NaN, 3),
      before: format.loss(before),
      after: format.loss(after),
      least: format.loss(least),
    });
  }

  /**
   * @param {Line} line
   * @param {LineReading} own
   * @param {LineReading} others
   * @param {boolean} plain whether the line is along the gradient
   */
  #picture(line, own, others, plain) {
    const { translator } = this;
    const unit = plain ? line.learning_rate : 1;
    const { reach, low, high } = pictured(line, own, others);
    /** @type {Axis} */
    const alphas = {
      places: (_, end) => roundPlaces(end, MOST_PLACES),
      text: (alpha) => significant(alpha, DIGITS),
      label: translator.text("line.axis.alpha"),
    };
    /** @type {Axis} */
    const steps = {
      places: (_, end) => roundPlaces(end / unit, MOST_PLACES).map((multiple) => multiple * unit),
      text: (place) => `${significant(place / unit, DIGITS)}×`,
      label: plain ? translator.text("line.axis.steps") : translator.text("line.axis.updates"),
    };
    const [places, ...losses] = changes(line, high);
    const risen = own.after - own.before;
    const stepLabel = translator.text(risen > high ? "line.mark.step.above" : "line.mark.step", {
      loss: translator.format.loss(own.after),
    });
    const colour = laneColour(line.lane);
    const least = (/** @type {string} */ key, /** @type {number} */ best, /** @type {number} */ fall, /** @type {number} */ row) => {
      const mark = { row, colour: row === 2 ? colour : "var(--muted)", dash: [4, 3] };
      if (best <= reach) return { x: best * unit, y: -fall, label: translator.text(key), ...mark };
      return { x: reach * unit, y: null, label: `${translator.text(key)}: ${this.#times(best)}× →`, ...mark };
    };
    this.plot.draw({
      data: [places.map((multiple) => multiple * unit), ...losses],
      curves: [
        { colour, width: 2, dash: [] },
        { colour: "var(--muted)", width: 2, dash: [5, 4] },
      ],
      x: [0, reach * unit],
      y: [low, high],
      axes: plain ? [alphas, steps] : [steps],
      // The longer a label, the higher: fewer lines are in its way.
      marks: [
        { x: 0, y: 0, label: "W", row: 1, beside: true, colour: "var(--muted)", dash: [1, 1e4] },
        { x: unit, y: risen, label: stepLabel, row: 0, colour: "var(--ink)", dash: [] },
        ...(line.best > 0 ? [least(plain ? "line.mark.least" : "line.mark.least.update", line.best, own.before - own.least, 2)] : []),
        ...(line.others.best > 0
          ? [least(plain ? "line.mark.others" : "line.mark.others.update", line.others.best, others.before - others.least, 1)]
          : []),
      ],
    });
  }
}
