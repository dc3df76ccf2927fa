import { filterWidth, kernelOrigin } from "./atlas.js";

/**
 * The facts under each filter of a picture: its norm over the run, how far the last update moved it, and whether it is dead or
 * saturated. Drawn in device pixels, in the room that the picture leaves free.
 *
 * @typedef {import("./atlas.js").Plan} Plan
 *
 * @typedef {object} FilterFacts
 * @property {number[]} norms         ‖W‖ over the run, the newest last
 * @property {number | null} ratio    ‖ΔW‖ / ‖W‖ of the last update; null: there was none
 * @property {number | null} active   percentage of positions at which it passes its ReLU; null: not known
 *
 * @typedef {object} FactColours
 * @property {string} line
 * @property {string} text
 * @property {string} mark
 * @property {string} font
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

/** CSS pixels. */
const TEXT_WIDTH = 33;
/** CSS pixels between the line and the text: touching it, a line that is flat reads as a minus. */
const GAP = 5;
const MARK_WIDTH = 9;
/** CSS pixels. Below this width there is no room for a text beside the line. */
const WIDE = 40;
const FEWEST = 2;

/**
 * Where the facts of each filter go.
 * @param {Plan} plan
 * @param {number} scale atlas pixels per CSS pixel
 * @returns {Box[]} CSS pixels of the picture
 */
export function factBoxes(plan, scale) {
  const { shape, factsY, factsHeight } = plan;
  const width = filterWidth(plan);
  return Array.from({ length: shape.out }, (_, out) => {
    const { x, y } = kernelOrigin(plan, 0, out, 0);
    return { x: x / scale, y: (y + factsY) / scale, width: width / scale, height: factsHeight / scale };
  });
}

/**
 * Thin values out to as many points as there are pixels, keeping the first and the last.
 * @param {number[]} values
 * @param {number} most at least 2
 */
export function thinned(values, most) {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))]);
}

/** @param {number | null} active per cent */
export function markOf(active) {
  return active === 0 ? "dead" : active === 100 ? "saturated" : null;
}

/**
 * Write a share so that it fits under a tile: 0.91%, 1.2%, 12%, >99%.
 * @param {number | null} ratio
 */
export function ratioText(ratio) {
  if (ratio === null || Number.isNaN(ratio)) return "";
  const percent = 100 * ratio;
  if (percent >= 99.5) return ">99%";
  if (percent >= 9.95) return `${Math.round(percent)}%`;
  if (percent === 0) return "0%";
  if (percent < 0.005) return "<.01%";
  return `${percent.toFixed(percent < 0.995 ? 2 : 1)}%`;
}

/**
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {Box} box
 * @param {FilterFacts} facts
 * @param {number} highest the largest of all norms on the same scale
 * @param {FactColours} colours
 */
export function drawFacts(context, { x, y, width, height }, { norms, ratio, active }, highest, colours) {
  const mark = markOf(active);
  const hasText = isWide({ width });
  const right = x + width - (hasText ? TEXT_WIDTH + GAP : 0);
  const left = x + (mark ? MARK_WIDTH : 0);
  if (mark) drawMark(context, mark, x, y + height / 2, colours.mark);
  const values = thinned(norms, Math.max(FEWEST, Math.floor(right - left)));
  if (values.length >= FEWEST && highest > 0 && right - left > 3) {
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    values.forEach((value, index) => {
      const px = left + ((right - left - 1) * index) / (values.length - 1);
      const py = y + height - 1 - (height - 2) * Math.min(1, value / highest);
      if (index === 0) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
    context.stroke();
  }
  if (hasText) writeText(context, ratioText(ratio), { x: x + width, y: y + height / 2, align: "right" }, colours);
}

/**
 * Whether there is room for a text beside something else.
 * @param {{width: number}} box
 */
export const isWide = ({ width }) => width >= WIDE;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {{x: number, y: number, align: CanvasTextAlign}} place its end, or its middle
 * @param {Pick<FactColours, "text" | "font">} colours
 */
export function writeText(context, text, { x, y, align }, colours) {
  context.fillStyle = colours.text;
  context.font = colours.font;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}

/**
 * Draw a cross for dead, a filled square for saturated.
 * @param {CanvasRenderingContext2D} context
 * @param {"dead" | "saturated"} mark
 * @param {number} x
 * @param {number} middle
 * @param {string} colour
 */
function drawMark(context, mark, x, middle, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  if (mark === "saturated") {
    context.fillRect(x, middle - 3, 6, 6);
    return;
  }
  context.beginPath();
  context.moveTo(x, middle - 3);
  context.lineTo(x + 6, middle + 3);
  context.moveTo(x + 6, middle - 3);
  context.lineTo(x, middle + 3);
  context.stroke();
}
