import { find } from "../base/dom.js";
import { ChartPoints } from "./data.js";
import { valueRange } from "./scale.js";
import { exitsOf } from "./exits.js";
import { MEASURES } from "./measures.js";
import { createPlot } from "./plot.js";

/**
 * One of the two charts: a measure chosen from a menu, and its curves.
 *
 * @typedef {import("./data.js").ChartData} ChartData
 * @typedef {import("./measures.js").MeasureName} MeasureName
 *
 * What all charts have in common.
 * @typedef {object} Frame
 * @property {string[]} lanes
 * @property {Set<string>} hidden
 * @property {boolean} log
 * @property {boolean} logX
 * @property {number} window            steps of the running mean; 1: none
 * @property {boolean} wholeX
 * @property {() => [number, number]} rangeX  the same for all charts, so that they share the cursor
 * @property {string} xLabel
 * @property {(value: number) => string} formatX
 * @property {import("../base/i18n.js").Translator["format"]} format
 * @property {(place: number | null) => void} onCursor
 *
 * What changes as the run grows.
 * @typedef {object} Moment
 * @property {import("../stream/series.js").Series} series
 * @property {number[]} voting          lanes that determine the range
 * @property {(step: number) => number} placeOf
 */

const MOST_POINTS = 120;
/** @type {ChartData} */
const EMPTY = { stretch: 1, window: 1, x: [], batch: [], smooth: [], test: [] };

export class ChartSlot {
  /**
   * @param {"upper" | "lower"} name
   * @param {(slot: ChartSlot) => void} onMeasure
   */
  constructor(name, onMeasure) {
    this.target = find(document, name === "upper" ? "#chart" : "#chart-lower", HTMLElement);
    this.menu = find(document, `#measure-${name}`, HTMLSelectElement);
    this.labelled = name === "lower";
    this.points = new ChartPoints(MOST_POINTS);
    this.data = EMPTY;
    this.voting = "";
    /** @type {[number, number]} */
    this.range = [0, 1];
    /** @type {Frame | null} */
    this.frame = null;
    /**
     * For each lane, where its line leaves the chart, on the axis that was drawn last.
     * @type {(import("./exits.js").Exit & {step: number})[][]}
     */
    this.exits = [];
    this.size = { width: 0, height: 0 };
    /** @type {ReturnType<typeof createPlot> | null} */
    this.plot = null;
    this.menu.addEventListener("change", () => {
      this.#explain();
      onMeasure(this);
    });
    this.#explain();
  }

  get name() {
    return /** @type {MeasureName} */ (this.menu.value);
  }

  get measure() {
    return MEASURES[this.name];
  }

  /** The measure's name in the menu. */
  get label() {
    return this.menu.selectedOptions[0].text;
  }

  /** @param {Frame} frame in which the plot must be rebuilt */
  enter(frame) {
    this.frame = frame;
    this.size = this.#size();
  }

  /**
   * Rebuild the plot, for other lanes, another measure or another theme, but not for new data.
   * @param {Moment} moment the one that was collected last
   */
  rebuild(moment) {
    const { frame } = this;

    this.plot?.destroy();
    this.plot = null;
    if (!frame || frame.lanes.length === 0) return;
    const { measure } = this;
    this.range = this.#rangeFor(moment.voting);
    this.plot = createPlot(this.target, this.#aligned(moment), {
      ...frame,
      log: this.#isLog,
      smoothed: this.#isSmoothed,
      loose: measure.singles,
      reference: measure.singles ? 1 : null,
      labelled: this.labelled,
      ...this.size,
      formatValue: measure.isShare ? frame.format.axisPercent : frame.format.axis,
      range: () => this.range,
      exits: () => this.exits,
    });
  }

  resize() {
    const { width, height } = this.#size();
    if (width !== this.plot?.width || height !== this.plot.height) this.plot?.setSize({ width, height });
  }

  /**
   * @param {Moment} moment
   * @returns {boolean} whether there is anything new to draw
   */
  collect(moment) {
    const data = this.points.collect(moment.series, this.measure, this.#isSmoothed ? this.frame?.window : 1);
    const isNew = data !== this.data || String(moment.voting) !== this.voting;
    this.data = data;
    this.voting = String(moment.voting);
    if (isNew) this.range = this.#rangeFor(moment.voting);
    return isNew;
  }

  /** @param {Moment} moment the one that was collected last */
  draw(moment) {
    this.plot?.setData(this.#aligned(moment));
  }

  /**
   * Place the cursor without an event.
   * @param {number | null} place
   */
  point(place) {
    const left = place === null ? -10 : (this.plot?.valToPos(place, "x") ?? -10);
    this.plot?.setCursor({ left, top: place === null ? -10 : 0 }, false);
  }

  get #isLog() {
    return this.frame?.log === true && !this.measure.isShare;
  }

  get #isSmoothed() {
    return (this.frame?.window ?? 1) > 1 && !this.measure.singles;
  }

  /**
   * @param {number[]} voting
   * @returns {[number, number]}
   */
  #rangeFor(voting) {
    if (this.measure.isShare) return [0, 1];
    const [low, high] = valueRange(this.data, voting, this.#isLog ? "log" : "linear");
    if (!this.measure.singles) return [low, high];
    // The line at 1 is always in the chart.
    return this.#isLog ? [Math.min(low, 0.1), Math.max(high, 10)] : [0, Math.max(high, 2)];
  }

  /**
   * @param {Moment} moment
   * @returns {import("./plot.js").AlignedData}
   */
  #aligned({ placeOf }) {
    const { x, batch, smooth, test } = this.data;
    const lanes = this.frame?.lanes ?? [];
    const isSmoothed = this.#isSmoothed;
    // Before the first scalars there are lanes but no columns.
    if (batch.length !== lanes.length) return [[], ...lanes.flatMap(() => (isSmoothed ? [[], [], []] : [[], []]))];
    // A logarithmic axis has no place for step 0.
    const first = this.frame?.logX ? x.findIndex((step) => placeOf(step) > 0) : 0;
    const begin = first < 0 ? x.length : first;
    const middle = isSmoothed ? (smooth.length > 0 ? smooth : batch.map(() => [])) : [];
    const [lines, ...others] = [batch, middle, test].map((columns) => (begin > 0 ? columns.map((column) => column.slice(begin)) : columns));
    const places = x.slice(begin).map(placeOf);
    this.exits = lines.map((line) =>
      exitsOf(places, line, this.range, this.#isLog).map((exit) => ({ ...exit, step: x[begin + exit.point] })),
    );
    return [places, ...[lines, ...others].flat().map((column) => this.#drawable(column))];
  }

  /**
   * Put infinite values on the upper edge; those that a logarithmic axis can't show are gaps.
   * @param {import("./data.js").Column} column
   */
  #drawable(column) {
    const [, top] = this.range;
    const isLog = this.#isLog;
    return column.map((value) => {
      if (value === Infinity) return top;
      return isLog && typeof value === "number" && value <= 0 ? null : value;
    });
  }

  #size() {
    return { width: this.target.clientWidth, height: this.target.clientHeight };
  }

  #explain() {
    this.menu.title = this.menu.selectedOptions[0].title;
  }
}
