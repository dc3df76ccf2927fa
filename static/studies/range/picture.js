import { significant } from "../../base/format.js";
import { chartType, laneColour, laneDash, resolveColour } from "../../draw/lane-style.js";
import { StudyPlot } from "../plot.js";
import { guessing, placeLabels } from "./points.js";
import { decadeText, decades, drawnUpTo, rangeAxes } from "./reading.js";

/**
 * Accuracy or loss against the learning rate: a point for each lane, and the curve of the newest range test.
 *
 * @typedef {import("./points.js").Standing} Standing
 * @typedef {import("./points.js").Measure} Measure
 * @typedef {import("./reading.js").RangeTest} RangeTest
 * @typedef {import("../plot.js").Mark} Mark
 */

const DIGITS = 2;
/** CSS pixels: of a point, and from its middle, or from a line without one, to its label. */
const RADIUS = 6;
const GAP = 11;
const LINE_GAP = 5;

export class RatePicture {
  /**
   * @param {HTMLElement} target
   * @param {import("../../base/i18n.js").Translator} translator
   */
  constructor(target, translator) {
    this.translator = translator;
    this.plot = new StudyPlot(target, { log: true, rows: 3, over: (plot) => this.#overlay(plot) });
    /** @type {Standing} */
    this.standing = { step: null, isTest: false, points: [], best: [] };
    /** @type {Measure} */
    this.measure = "accuracy";
    this.classes = 10;
  }

  retheme() {
    this.plot.retheme();
  }

  /**
   * @param {Standing} standing
   * @param {RangeTest | null} test
   * @param {Measure} measure
   * @param {number} classes
   */
  draw(standing, test, measure, classes) {
    const { translator } = this;
    Object.assign(this, { standing, measure, classes });
    const { x, y } = rangeAxes(test, standing.points, measure, guessing("loss", classes));
    const [raw, mean] = measure === "accuracy" ? [test?.accuracies, test?.smoothed_accuracies] : [test?.losses, test?.smoothed];
    this.plot.draw({
      data: [test?.rates ?? [], drawnUpTo(raw ?? [], y[1]), drawnUpTo(mean ?? [], y[1])],
      curves: [
        { colour: "color-mix(in srgb, var(--accent) 35%, transparent)", width: 1, dash: [] },
        { colour: "var(--accent)", width: 2.25, dash: [] },
      ],
      x,
      y,
      axes: [{ places: decades, text: decadeText, label: translator.text("range.axis") }],
      marks: test ? this.#marks(test, mean ?? []) : [],
      ...(measure === "accuracy" && { text: translator.format.axisPercent }),
    });
  }

  /**
   * What the range test has found.
   * @param {RangeTest} test
   * @param {(number | null)[]} mean of the curve
   * @returns {Mark[]}
   */
  #marks({ rates, steepest, lowest, diverges }, mean) {
    const found = [
      { x: steepest, label: "range.mark.steepest", row: 0, colour: "var(--ink)", dash: [4, 3] },
      { x: lowest, label: "range.mark.lowest", row: 1, colour: "var(--ink)", dash: [1, 3] },
      { x: diverges, label: "range.mark.diverges", row: 2, colour: "var(--error)", dash: [] },
    ];
    return found.flatMap(({ x, label, ...rest }) =>
      x === null
        ? []
        : [{ x, y: mean[rates.indexOf(x)] ?? null, label: this.translator.text(label, { rate: significant(x, DIGITS) }), ...rest }],
    );
  }

  /** What a point says beside it. @param {{id: string, value: number, isDead: boolean}} point */
  text({ id, value, isDead }) {
    const { format } = this.translator;
    const said = Number.isNaN(value) ? "" : this.measure === "accuracy" ? format.percent(value) : format.loss(value);
    return [id, isDead ? "✕" : "", said].filter(Boolean).join(" ");
  }

  /**
   * The line of guessing, and the lanes.
   * @param {import("../plot.js").Drawn} plot
   */
  #overlay(plot) {
    const { ctx, bbox } = plot;
    const dpr = devicePixelRatio;
    const type = chartType();
    const right = bbox.left + bbox.width;
    const bottom = bbox.top + bbox.height;
    ctx.save();
    ctx.font = `${type * dpr}px system-ui, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top"; // below its line, where no lane that learns has its label
    const guess = Math.round(plot.valToPos(guessing(this.measure, this.classes), "y", true));
    ctx.strokeStyle = ctx.fillStyle = resolveColour("var(--muted)");
    ctx.lineWidth = dpr;
    ctx.setLineDash([2 * dpr, 3 * dpr]);
    line(ctx, bbox.left, guess, right, guess);
    ctx.fillText(this.translator.text("rate.guessing"), bbox.left + 6 * dpr, guess + 3 * dpr);
    ctx.font = `650 ${(type + 1) * dpr}px system-ui, sans-serif`;
    ctx.textBaseline = "middle";
    const [low, high] = [bbox.top, bottom];
    const worst = this.measure === "accuracy" ? bottom : bbox.top;
    // Where there is no room for all numbers, those of the best stay.
    const { points, best } = this.standing;
    const isCrowded = points.reduce((sum, point) => sum + ctx.measureText(this.text(point)).width, 0) > bbox.width;
    const isMeasured = this.standing.step !== null;
    const placed = points.map((point) => {
      const x = plot.valToPos(point.rate, "x", true);
      // Before anything is measured, labels stand beside the upper ends of the lines.
      const value = Number.isNaN(point.value) ? worst : plot.valToPos(point.value, "y", true);
      const y = isMeasured ? value : bbox.top + type * dpr;
      const text = this.text(isCrowded && !best.includes(point.id) ? { ...point, value: NaN } : point);
      return { point, text, x, y: Math.min(high, Math.max(low, y)), width: ctx.measureText(text).width };
    });
    const room = { left: bbox.left, right: right + 8 * dpr, top: low, bottom: high };
    const places = placeLabels(placed, { height: (type + 4) * dpr, gap: (isMeasured ? GAP : LINE_GAP) * dpr, ...room });
    for (const { point, x, y } of placed) {
      ctx.strokeStyle = ctx.fillStyle = resolveColour(laneColour(point.id));
      ctx.lineWidth = 1.5 * dpr;
      ctx.setLineDash(laneDash(point.id).map((length) => length * dpr));
      line(ctx, x, isMeasured ? y : bbox.top, x, bottom);
      ctx.setLineDash([]);
      if (isMeasured) drawPoint(ctx, x, y, RADIUS * dpr, point.isDead);
    }
    // On the card's colour, so that they can be read over lines.
    ctx.lineWidth = 4 * dpr;
    ctx.strokeStyle = resolveColour("var(--card)");
    ctx.lineJoin = "round";
    placed.forEach(({ point, text }, index) => {
      const { x, y } = places[index];
      ctx.fillStyle = resolveColour(laneColour(point.id));
      ctx.strokeText(text, x, y);
      ctx.fillText(text, x, y);
    });
    ctx.restore();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 */
function line(ctx, fromX, fromY, toX, toY) {
  ctx.beginPath();
  ctx.moveTo(fromX, fromY);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

/**
 * A disc; a cross for a lane that learns no more.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {boolean} isDead
 */
function drawPoint(ctx, x, y, radius, isDead) {
  if (!isDead) {
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fill();
    return;
  }
  ctx.lineWidth = radius / 2.5;
  const reach = radius * 0.8;
  line(ctx, x - reach, y - reach, x + reach, y + reach);
  line(ctx, x - reach, y + reach, x + reach, y - reach);
}
