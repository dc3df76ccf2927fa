import { find, hide, part, stamp, write } from "../dom.js";
import { ChartPoints, lossRange, votingLanes } from "./chart-data.js";
import { drawSwatch } from "./lane-style.js";
import { createPlot } from "./plot.js";

/**
 * The chart of loss or accuracy, and under it the exact numbers at the cursor, or the newest ones.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("./chart-data.js").ChartData} ChartData
 * @typedef {import("./chart-data.js").Measure} Measure
 */

const MOST_POINTS = 120;
/** @type {ChartData} */
const EMPTY = { stretch: 1, x: [], batch: [], test: [] };

export class Chart {
  /**
   * @param {Store} store
   * @param {Translator} translator
   * @param {() => void} onCursor the readout is to be written for another step
   */
  constructor(store, translator, onCursor) {
    this.store = store;
    this.translator = translator;
    this.onCursor = onCursor;
    this.target = find(document, "#chart", HTMLElement);
    this.title = find(document, "#chart-title", HTMLElement);
    this.note = find(document, "#chart-note", HTMLElement);
    this.scaleSwitch = find(document, "#chart-scale", HTMLElement);
    this.body = find(document, "#readout", HTMLElement);
    this.stepCell = find(document, "#readout-step", HTMLElement);
    this.testCell = find(document, "#readout-test", HTMLElement);
    /** @type {Measure} */
    this.measure = "loss";
    /** @type {"linear" | "log"} */
    this.scale = "log";
    /** @type {number | null} */
    this.cursorStep = null;
    /** @type {{row: HTMLElement, first: HTMLElement, second: HTMLElement}[]} */
    this.rows = [];
    /** @type {string[]} */
    this.lanes = [];
    /** @type {Set<string>} */
    this.hidden = new Set();
    this.points = new ChartPoints(MOST_POINTS);
    /** What is drawn, and which lanes had a say in it. */
    this.data = EMPTY;
    this.voting = "";
    /** @type {ReturnType<typeof createPlot> | null} */
    this.plot = null;
    bindChoice("measure", (value) => {
      this.measure = value === "accuracy" ? "accuracy" : "loss";
      this.scaleSwitch.toggleAttribute("data-idle", this.measure !== "loss");
      write(this.title, translator.text(`chart.${this.measure}`));
      this.rebuild();
    });
    bindChoice("scale", (value) => {
      this.scale = value === "linear" ? "linear" : "log";
      this.rebuild();
    });
  }

  describe() {
    const lanes = this.store.experiment?.lanes.map(({ id }) => id) ?? [];
    if (String(lanes) === String(this.lanes)) return;
    this.lanes = lanes;
    this.rows = lanes.map((id) => {
      const row = stamp("row-template");
      drawSwatch(find(row, ".swatch", SVGElement), id);
      write(part(row, "letter"), id);
      return { row, first: part(row, "first"), second: part(row, "second") };
    });
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
    this.rebuild();
  }

  /** @param {Set<string>} hidden ids of lanes */
  hide(hidden) {
    this.hidden = hidden;
    this.rebuild();
  }

  /** The plot anew: for other lanes, another measure, another theme. Not for new data. */
  rebuild() {
    this.plot?.destroy();
    this.plot = null;
    if (this.lanes.length === 0) return;
    const { format } = this.translator;
    this.#collect();
    this.rows.forEach(({ row }, lane) => hide(row, this.hidden.has(this.lanes[lane])));
    this.plot = createPlot(this.target, this.#aligned(), {
      lanes: this.lanes,
      hidden: this.hidden,
      measure: this.measure,
      scale: this.scale,
      ...this.#size(),
      stepLabel: this.translator.text("chart.axis.step"),
      formatStep: format.count,
      formatValue: this.measure === "loss" ? format.axis : format.wholePercent,
      range: () => this.#range(),
      onCursor: (step) => {
        this.cursorStep = step;
        this.onCursor();
      },
    });
    this.onCursor();
  }

  resize() {
    this.plot?.setSize(this.#size());
  }

  /** Draws the curves, where they are not as they were: a redraw costs more than all kernels. */
  draw() {
    if (this.#collect()) this.plot?.setData(this.#aligned());
  }

  /** Writes what is said of the curves, and the numbers under them. */
  write() {
    this.#writeNote();
    this.#writeReadout();
  }

  /** @returns {boolean} whether there is anything new to be seen */
  #collect() {
    const { experiment, series } = this.store;
    const data = this.points.collect(series, this.measure);
    const voting = String(votingLanes(experiment?.lanes ?? []));
    const isNew = data !== this.data || voting !== this.voting;
    this.data = data;
    this.voting = voting;
    return isNew;
  }

  /** @returns {import("./plot.js").AlignedData} */
  #aligned() {
    const { x, batch, test } = this.data;
    // Before the first scalars there are lanes but no columns.
    if (batch.length !== this.lanes.length) return [[], ...this.lanes.flatMap(() => [[], []])];
    return [x, ...batch, ...test];
  }

  /** @returns {[number, number]} */
  #range() {
    if (this.measure === "accuracy") return [0, 1];
    return lossRange(this.data, votingLanes(this.store.experiment?.lanes ?? []), this.scale);
  }

  #size() {
    return { width: this.target.clientWidth, height: this.target.clientHeight };
  }

  #writeNote() {
    const { stretch, x } = this.data;
    const { format } = this.translator;
    const { thinned } = this.store.series;
    const values = { n: format.count(stretch), step: format.count(thinned?.lastStep ?? 0) };
    const kind = x.length === 0 ? "empty" : thinned ? "thinned" : stretch === 1 ? "each" : "mean";
    write(this.note, this.translator.text(`chart.note.${kind}`, values));
  }

  #writeReadout() {
    const { series } = this.store;
    const { format } = this.translator;
    // Of a history that came thinned, the last step that is here at all.
    const row = series.rowBefore(this.cursorStep ?? series.lastStep);
    const step = row < 0 ? 0 : series.stepOf(row);
    const test = series.testBefore(step);
    write(this.stepCell, this.translator.text("chart.at_step", { step: format.count(step) }));
    const tested = this.translator.text("chart.test_at", { step: format.count(series.testStep(test) ?? 0) });
    write(this.testCell, test < 0 ? this.translator.text("chart.test") : tested);
    const formatValue = this.measure === "loss" ? format.loss : format.percent;
    const testName = this.measure === "loss" ? "testLoss" : "testAccuracy";
    this.rows.forEach(({ first, second }, lane) => {
      write(first, step === 0 ? "–" : formatValue(series.at(this.measure, step, lane)));
      write(second, test < 0 ? "–" : formatValue(series.testAt(testName, test, lane)));
    });
  }
}

/**
 * A row of buttons of which one is pressed.
 * @param {"measure" | "scale"} name
 * @param {(value: string) => void} onChoice
 */
function bindChoice(name, onChoice) {
  const buttons = [...document.querySelectorAll(`[data-${name}]`)].filter((button) => button instanceof HTMLElement);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      onChoice(button.dataset[name] ?? "");
    });
  }
}
