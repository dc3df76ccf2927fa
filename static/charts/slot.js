import { find } from "../base/dom.js";
import { significant } from "../base/format.js";
import { ChartPoints } from "./data.js";
import { valueRange } from "./scale.js";
import { exitsOf } from "./exits.js";
import { MEASURES } from "./measures.js";
import { CORNERS, createPlot } from "./plot.js";

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
 * @property {import("./scale.js").Fitted} fitted
 * @property {(step: number) => number} placeOf
 * @property {import("./previous.js").Behind | null} behind  the run before
 */

/** A line in front of which its mean is drawn needs no more detail than this; one by itself shows every step that fits its pixels. */
const MOST_POINTS = 120;
/** @type {ChartData} */
const EMPTY = { stretch: 1, window: 1, lastStep: 0, lines: [], means: [], points: [] };
/** @type {import("./curves.js").Drawn} */
const NOTHING = { lines: [], means: [], points: [], exits: [], behind: [] };

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
    /** The run before this one, drawn behind it. */
    this.earlier = new ChartPoints(MOST_POINTS);
    /** @type {ChartData} */
    this.earlierData = EMPTY;
    /** @type {import("./previous.js").Behind | null} */
    this.behind = null;
    this.fitted = "";
    /** @type {[number, number]} */
    this.range = [0, 1];
    /** @type {Frame | null} */
    this.frame = null;
    /** On the axes that were drawn last. */
    this.drawn = NOTHING;
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

  /**
   * A value of the measure, as precise as it is read.
   * @param {number} value
   */
  text(value) {
    const format = this.frame?.format;
    if (!format) return "";
    return this.measure.isShare ? format.percent(value) : this.name === "loss" ? format.loss(value) : significant(value, 3);
  }

  /** @param {Frame} frame in which the plot must be rebuilt */
  enter(frame) {
    this.frame = frame;
    this.size = this.#size();
    for (const points of [this.points, this.earlier]) points.most = this.#most;
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
    this.range = this.#rangeFor(moment.fitted);
    this.#place(moment);
    this.plot = createPlot(this.target, {
      ...frame,
      log: this.#isLog,
      smoothed: this.#isSmoothed,
      loose: measure.singles,
      reference: measure.singles ? 1 : null,
      labelled: this.labelled,
      ...this.size,
      formatValue: measure.isShare ? frame.format.axisPercent : frame.format.axis,
      range: () => this.range,
      drawn: () => this.drawn,
      exitText: (value) => this.text(value),
    });
  }

  resize() {
    const { width, height } = this.#size();
    if (width !== this.plot?.width || height !== this.plot.height) this.plot?.setSize({ width, height });
    this.size = { width, height };
    for (const points of [this.points, this.earlier]) points.most = this.#most;
  }

  /**
   * @param {Moment} moment
   * @returns {boolean} whether there is anything new to draw
   */
  collect(moment) {
    const window = this.#isSmoothed ? this.frame?.window : 1;
    const data = this.points.collect(moment.series, this.measure, window);
    const earlierData = moment.behind ? this.earlier.collect(moment.behind.series, this.measure, window) : EMPTY;
    const isNew = data !== this.data || earlierData !== this.earlierData || JSON.stringify(moment.fitted) !== this.fitted;
    this.data = data;
    this.earlierData = earlierData;
    this.behind = moment.behind;
    this.fitted = JSON.stringify(moment.fitted);
    if (isNew) this.range = this.#rangeFor(moment.fitted);
    return isNew;
  }

  /** @param {Moment} moment the one that was collected last */
  draw(moment) {
    this.#place(moment);
    this.plot?.setData(CORNERS);
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
   * @param {import("./scale.js").Fitted} fitted
   * @returns {[number, number]}
   */
  #rangeFor(fitted) {
    if (this.measure.isShare) return [0, 1];
    const scale = this.#isLog ? "log" : "linear";
    const own = valueRange(this.data, fitted, scale);
    const earlier = this.behind ? valueRange(this.earlierData, this.behind.fitted, scale) : own;
    // Before the first step there is nothing but the run before.
    const [low, high] = this.data.lines.some(({ steps }) => steps.length > 0)
      ? [Math.min(own[0], earlier[0]), Math.max(own[1], earlier[1])]
      : earlier;
    if (!this.measure.singles) return [low, high];
    // The line at 1 is always in the chart.
    return this.#isLog ? [Math.min(low, 0.1), Math.max(high, 10)] : [0, Math.max(high, 2)];
  }

  /** @param {Moment} moment in which the curves get their places on the axes */
  #place({ placeOf }) {
    const { frame } = this;
    const { lines, means, points } = this.data;
    // Before the first scalars there are lanes but no curves.
    if (!frame || lines.length !== frame.lanes.length) {
      this.drawn = { ...NOTHING, behind: this.#behind() };
      return;
    }
    const placed = (/** @type {import("./data.js").Curve[]} */ curves) => curves.map((curve) => this.#placed(curve, placeOf));
    const placedLines = placed(lines);
    const exits = placedLines.map(({ places, values }, lane) => {
      const begin = lines[lane].steps.length - places.length;
      return exitsOf(places, values, this.range, this.#isLog).map((exit) => ({ ...exit, step: lines[lane].steps[begin + exit.point] }));
    });
    this.drawn = { lines: placedLines, means: placed(means), points: placed(points), exits, behind: this.#behind() };
  }

  /**
   * @param {import("./data.js").Curve} curve
   * @param {(step: number) => number} placeOf
   * @returns {import("./curves.js").Placed}
   */
  #placed({ steps, values }, placeOf) {
    // A logarithmic axis has no place for step 0.
    const first = this.frame?.logX ? steps.findIndex((step) => placeOf(step) > 0) : 0;
    if (first === 0) return { places: steps.map(placeOf), values };
    return first < 0 ? { places: [], values: [] } : { places: steps.slice(first).map(placeOf), values: values.slice(first) };
  }

  /** The lines of the run before, where they have a place on the axes. @returns {import("./curves.js").Behind[]} */
  #behind() {
    const { behind, earlierData, frame } = this;
    if (!behind || !frame) return [];
    const { lines, means } = earlierData;
    const curves = means.some(({ steps }) => steps.length > 0) ? means : lines;
    return behind.ids.flatMap((lane, index) =>
      lane === null || !frame.lanes.includes(lane) || !curves[index] ? [] : [{ lane, ...this.#placed(curves[index], behind.placeOf) }],
    );
  }

  /** The stretches of a line. */
  get #most() {
    return this.#isSmoothed ? MOST_POINTS : Math.max(MOST_POINTS, Math.round(this.size.width * devicePixelRatio));
  }

  #size() {
    return { width: this.target.clientWidth, height: this.target.clientHeight };
  }

  #explain() {
    this.menu.title = this.menu.selectedOptions[0].title;
  }
}
