import { part, write } from "../dom.js";
import { significant } from "../format.js";
import { optimizerName } from "./description.js";
import { laneColour } from "./lane-style.js";
import { drawnLosses, isPlain, pictured, readLine, roundPlaces } from "./line-reading.js";
import { StudyCard } from "./study-card.js";
import { StudyPlot } from "./study-plot.js";

/**
 * Loss along the gradient: L(W − α·g) on the batch of a step, with where the step went and where the minimum lies. For other
 * optimizers than plain SGD along their update, in multiples of it.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../selection.js").Selection} Selection
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("../types.js").LossLine} Line
 * @typedef {import("./line-reading.js").LineReading} LineReading
 * @typedef {import("./study-plot.js").Axis} Axis
 */

const MOST_PLACES = 5;
const DIGITS = 3;

export class LossLineView {
  /**
   * @param {Store} store
   * @param {Selection} selection
   * @param {Translator} translator
   * @param {(lane: string | null) => void} onLane
   */
  constructor(store, selection, translator, onLane) {
    this.store = store;
    this.translator = translator;
    this.card = new StudyCard("loss-line", store, selection, translator, { onLane, draw: () => this.draw() });
    const { root } = this.card;
    this.plot = new StudyPlot(part(root, "plot"), { rows: 2 });
    this.sentence = part(root, "sentence");
    this.places = { before: part(root, "before-place"), step: part(root, "step-place"), least: part(root, "least-place") };
    this.losses = { before: part(root, "before-loss"), step: part(root, "step-loss"), least: part(root, "least-loss") };
  }

  draw() {
    const { line } = this.store.findings;
    if (!this.card.root.open) return;
    this.card.date(line);
    if (!line) return;
    const config = this.store.experiment?.config.lanes.find(({ id }) => id === line.lane);
    const plain = isPlain(config?.optimizer);
    const reading = readLine(line);
    this.card.root.dataset.kind = reading.kind;
    this.#write(line, reading, plain);
    this.#picture(line, reading, plain ? null : config ? optimizerName(config.optimizer, this.translator) : "");
  }

  retheme() {
    this.plot.retheme();
  }

  /**
   * @param {Line} line
   * @param {LineReading} reading
   * @param {boolean} plain
   */
  #write(line, reading, plain) {
    const { text, format } = this.translator;
    const times = (/** @type {number} */ multiple) =>
      multiple < 10 ? significant(multiple, 2) : format.count(Number(multiple.toPrecision(2)));
    const place = (/** @type {string} */ name, /** @type {number} */ multiple) => {
      const values = { name, alpha: significant(multiple * line.learning_rate, DIGITS), times: times(multiple) };
      return text.call(this.translator, plain ? "line.place" : "line.place.update", values);
    };
    const met = line.best > 0;
    write(this.places.before, plain ? "α = 0" : "0×");
    write(this.places.step, place("α", 1));
    write(this.places.least, met ? place("α*", line.best) : "–");
    write(this.losses.before, format.loss(reading.before));
    write(this.losses.step, format.loss(reading.after));
    write(this.losses.least, met ? format.loss(reading.least) : "–");
    const key = reading.kind === "beyond" && reading.back === null ? "line.beyond.no_way_back" : `line.${reading.kind}`;
    const values = {
      times: times(line.best),
      back: times(reading.back ?? NaN),
      before: format.loss(reading.before),
      after: format.loss(reading.after),
    };
    write(this.sentence, this.translator.text(key, values));
  }

  /**
   * @param {Line} line
   * @param {LineReading} reading
   * @param {string | null} optimizer its name where the line isn't along the gradient
   */
  #picture(line, reading, optimizer) {
    const { translator } = this;
    const plain = optimizer === null;
    const unit = plain ? line.learning_rate : 1;
    const { reach, low, high } = pictured(line, reading);
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
      label: plain ? translator.text("line.axis.steps") : translator.text("line.axis.updates", { optimizer }),
    };
    const losses = drawnLosses(line, high);
    const escaped = reading.after > high;
    const stepLabel = translator.text(escaped ? "line.mark.step.above" : "line.mark.step", {
      loss: translator.format.loss(reading.after),
    });
    const ink = "var(--ink)";
    this.plot.draw({
      data: [line.multiples.map((multiple) => multiple * unit), losses],
      curves: [{ colour: laneColour(line.lane), width: 2, dash: [] }],
      x: [0, reach * unit],
      y: [low, high],
      axes: plain ? [alphas, steps] : [steps],
      marks: [
        { x: 0, y: reading.before, label: "W", row: 1, beside: true, colour: "var(--muted)", dash: [1, 1e4] },
        { x: unit, y: reading.after, label: stepLabel, row: 0, colour: ink, dash: [] },
        ...(line.best > 0
          ? [{ x: line.best * unit, y: reading.least, label: translator.text(plain ? "line.mark.least" : "line.mark.least.update"), row: 1, colour: "var(--accent)", dash: [4, 3] }]
          : []),
      ],
    });
  }
}
