import uPlot from "../vendor/uPlot.esm.js";

import { placeText, significant } from "../base/format.js";
import { drawExits, drawExitValues, exitsOf, measured } from "../charts/exits.js";
import { chartType, resolveColour } from "../draw/lane-style.js";
import { labelStart } from "./mark-labels.js";

/**
 * A small plot of one or two curves, drawn when a study's finding arrives. The labels of its marks are above it, each in a row of its
 * own, so that none overlap; no mark's line passes through a label.
 *
 * @typedef {object} Axis
 * @property {(low: number, high: number) => number[]} places
 * @property {(place: number) => string} text
 * @property {string} label
 *
 * @typedef {object} Curve
 * @property {string} colour  any of CSS
 * @property {number} width
 * @property {number[]} dash
 *
 * @typedef {object} Mark
 * @property {number} x
 * @property {number | null} y  null: only the vertical line
 * @property {string} label
 * @property {number} row       of the label, 0 the topmost
 * @property {boolean} [beside]  the label stands to the left of the line, not above it
 * @property {string} colour
 * @property {number[]} dash    of the vertical line
 *
 * @typedef {object} Picture
 * @property {uPlot.AlignedData} data
 * @property {Curve[]} curves
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {Axis[]} axes      horizontal ones, one below the other
 * @property {Mark[]} marks
 * @property {(place: number) => string} [text]  of the vertical axis
 * @property {boolean} [broken]  whether a gap in a curve means a value that is not finite; otherwise nothing was measured there
 *
 * What is drawn over, and where its values lie.
 * @typedef {Pick<uPlot, "ctx" | "bbox" | "valToPos">} Drawn
 */

const FAMILY = 'system-ui, "Noto Sans CJK SC", sans-serif';
/** Of the height of the type: a row of labels. */
const ROW = 1.25;
/** Between the last row and the plot, whose topmost number may lie there. */
const GAP_PX = 8;
const DOT_PX = 4;
/** From a label to a line beside it. */
const LABEL_GAP_PX = 5;
const AXIS_GAP_PX = 6;
/** Of the height of the type: least width of the vertical axis, width of a digit, how far a label may reach over the vertical axis. */
const LEAST_AXIS = 4.3;
const DIGIT = 0.6;
const SPILL = 3.3;

export class StudyPlot {
  /**
   * @param {HTMLElement} target
   * @param {{log?: boolean, rows: number, over?: (plot: Drawn) => void}} options  `log`: of the horizontal axis; `rows`: of labels;
   *   `over` draws on top
   */
  constructor(target, { log = false, rows, over = () => {} }) {
    this.target = target;
    this.log = log;
    this.rows = rows;
    this.over = over;
    /** @type {Picture | null} */
    this.picture = null;
    this.structure = "";
    /** @type {uPlot | null} */
    this.plot = null;
    new ResizeObserver(() => this.#resize()).observe(target);
  }

  /** @param {Picture} picture */
  draw(picture) {
    this.picture = picture;
    if (this.target.clientWidth === 0) return;
    const structure = JSON.stringify([
      picture.curves,
      picture.text === undefined,
      picture.marks.length > 0,
      picture.axes.map(({ label }) => label),
    ]);
    if (this.plot && structure === this.structure) {
      this.plot.setData(picture.data);
      this.#resize();
      return;
    }
    this.structure = structure;
    this.plot?.destroy();
    this.plot = this.#create(picture);
    this.#resize();
  }

  /**
   * The value of the horizontal axis at a place in the window.
   * @param {number} clientX
   * @returns {number | null} null: nothing is drawn
   */
  at(clientX) {
    return this.plot && this.plot.posToVal(clientX - this.plot.over.getBoundingClientRect().left, "x");
  }

  /** Adapt to another theme. */
  retheme() {
    this.structure = "";
    if (this.picture) this.draw(this.picture);
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.target;
    if (width === 0) return;
    if (!this.plot) {
      if (this.picture) this.draw(this.picture);
    } else if (this.plot.width !== width || this.plot.height !== height) {
      this.plot.setSize({ width, height });
    }
  }

  /** @param {Picture} picture */
  #create({ data, curves, axes, marks }) {
    const type = chartType();
    const font = `${type}px ${FAMILY}`;
    const line = resolveColour("var(--line)");
    const axis = { stroke: resolveColour("var(--muted)"), font, ticks: { show: false } };
    // What changes with each finding is read from the newest picture.
    const now = () => /** @type {Picture} */ (this.picture);
    return new uPlot(
      {
        width: this.target.clientWidth,
        height: this.target.clientHeight,
        padding: [(marks.length > 0 ? this.rows * ROW * type : 0) + GAP_PX + 2, Math.max(10, type), 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, distr: this.log ? 3 : 1, log: 10, range: () => now().x },
          y: { range: () => now().y },
        },
        axes: [
          ...axes.map((one, index) => ({
            ...axis,
            scale: "x",
            side: 2,
            size: 2 * type,
            gap: 0.5 * type,
            grid: { show: index === 0, stroke: line, width: 1 },
            label: one.label,
            labelFont: font,
            labelSize: (4 / 3) * type,
            labelGap: 0,
            splits: (/** @type {uPlot} */ _, /** @type {number} */ __, /** @type {number} */ low, /** @type {number} */ high) =>
              now().axes[index].places(low, high),
            filter: (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits,
            values: (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits.map((place) => now().axes[index].text(place)),
          })),
          {
            ...axis,
            scale: "y",
            // As wide as its longest label, which may need many digits far from 0.
            size: (_, labels) =>
              Math.max(LEAST_AXIS * type, AXIS_GAP_PX + DIGIT * type * Math.max(...(labels ?? [""]).map(({ length }) => length))),
            gap: AXIS_GAP_PX,
            space: 2.5 * type,
            grid: { stroke: line, width: 1 },
            values: (_, splits) => splits.map(now().text ?? placeText),
          },
        ],
        series: [
          {},
          // Each line has its own places, and continues over those of the others.
          ...curves.map(({ colour, width, dash }) => ({
            stroke: resolveColour(colour),
            width,
            dash,
            spanGaps: true,
            points: { show: false },
          })),
        ],
        hooks: {
          draw: [
            (plot) => {
              const {
                data: [places, ...lines],
                curves: drawn,
                x: [first, last],
                y,
                broken,
              } = now();
              const left = drawn.map(({ colour }, index) => {
                const exits = exitsOf(places, broken ? lines[index] : measured(lines[index]), y).filter(
                  ({ place }) => place >= first && place <= last,
                );
                return { exits, colour: resolveColour(colour) };
              });
              for (const { exits, colour } of left) drawExits(plot, exits, colour);
              drawExitValues(plot, left, (value) => significant(value, 3), resolveColour("var(--card)"), type);
              drawMarks(plot, now().marks, this.rows, type);
              this.over(plot);
            },
          ],
        },
      },
      data,
      this.target,
    );
  }
}

/**
 * @param {uPlot} plot
 * @param {Mark[]} marks
 * @param {number} rows of labels
 * @param {number} type their height in CSS pixels
 */
function drawMarks(plot, marks, rows, type) {
  const { ctx, bbox } = plot;
  const dpr = devicePixelRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.font = `${type * dpr}px ${FAMILY}`;
  ctx.textBaseline = "middle";
  ctx.lineWidth = Math.max(1, Math.round(1.25 * dpr));
  const shown = marks
    .map((mark) => ({
      ...mark,
      line: plot.valToPos(mark.x, "x", true),
      middle: bbox.top - (rows - mark.row - 0.5) * ROW * type * dpr - GAP_PX * dpr,
    }))
    .filter(({ line }) => line >= bbox.left - 1 && line <= right + 1);
  for (const { y, line, middle, colour, dash } of shown) {
    ctx.strokeStyle = ctx.fillStyle = resolveColour(colour);
    ctx.setLineDash(dash.map((length) => length * dpr));
    ctx.beginPath();
    ctx.moveTo(line, middle + (2 / 3) * type * dpr);
    ctx.lineTo(line, bbox.top + bbox.height);
    ctx.stroke();
    if (y === null) continue;
    const top = plot.valToPos(y, "y", true);
    if (top < bbox.top || top > bbox.top + bbox.height) continue;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(line, top, DOT_PX * dpr, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.textAlign = "left";
  const gap = LABEL_GAP_PX * dpr;
  const room = { low: bbox.left - SPILL * type * dpr, high: right + 8 * dpr, gap };
  for (const { label, row, beside, line, middle, colour } of shown) {
    const { width } = ctx.measureText(label);
    const above = shown.filter((other) => other.row < row).map((other) => other.line);
    const left = beside ? line - width - gap : labelStart(line, width, above, room);
    // Where there is no room beside a line, it is interrupted.
    ctx.clearRect(left - gap / 2, middle - (ROW / 2) * type * dpr, width + gap, ROW * type * dpr);
    ctx.fillStyle = resolveColour(colour);
    ctx.fillText(label, left, middle);
  }
  ctx.restore();
}
