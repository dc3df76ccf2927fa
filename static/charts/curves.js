import { lonePoints } from "./lone.js";

/**
 * Drawing of a chart's curves, each point at a place of its own, into a plot that has nothing but axes: in one table for all, every
 * lane would have an entry for each point of the others.
 *
 * @typedef {Pick<import("../vendor/uPlot.esm.js"), "ctx" | "bbox" | "scales" | "valToPos">} Plot
 *
 * A curve on the horizontal axis; `values` may have grown since, and goes on where there are no places.
 * @typedef {{places: number[], values: (number | null)[]}} Placed
 * @typedef {Placed & {lane: string}} Behind
 *
 * What is drawn, one each a lane.
 * @typedef {object} Drawn
 * @property {Placed[]} lines
 * @property {Placed[]} means  in front of their lines; none without smoothing
 * @property {Placed[]} points
 * @property {(import("./exits.js").Exit & {step: number})[][]} exits  where the lines leave the chart
 * @property {Behind[]} behind  lines of the run before
 *
 * @typedef {{colour: string, width: number, dash?: number[]}} Stroke  lengths in CSS pixels
 * @typedef {{size: number, width: number, stroke: string, fill: string}} Dots  diameters
 */

/** CSS pixels: the diameter of a line's point that has no neighbours. */
const LONE = 4;

/**
 * Draw within the axes.
 * @param {Plot} plot
 * @param {() => void} draw
 * @param {number} [beyond] CSS pixels that what lies on an axis may reach beyond it
 */
export function within({ ctx, bbox }, draw, beyond = 0) {
  const edge = beyond * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - edge, bbox.top - edge, bbox.width + 2 * edge, bbox.height + 2 * edge);
  ctx.clip();
  ctx.lineJoin = "round";
  draw();
  ctx.restore();
}

/**
 * @param {Plot} plot
 * @param {Placed} curve
 * @param {Stroke} stroke
 */
export function drawLine(plot, { places, values }, { colour, width, dash = [] }) {
  const { ctx } = plot;
  const [across, up] = [pixels(plot, "x"), pixels(plot, "y")];
  const heights = places.map((_, point) => up(values[point]));
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  let pen = false;
  heights.forEach((y, point) => {
    if (Number.isNaN(y)) pen = false;
    else if (pen) ctx.lineTo(across(places[point]), y);
    else {
      ctx.moveTo(across(places[point]), y);
      pen = true;
    }
  });
  ctx.stroke();
  ctx.beginPath();
  for (const point of lonePoints(heights)) circle(ctx, across(places[point]), heights[point], LONE);
  ctx.fill();
}

/**
 * @param {Plot} plot
 * @param {Placed} curve
 * @param {Dots} dots
 */
export function drawDots(plot, { places, values }, { size, width, stroke, fill }) {
  const { ctx } = plot;
  const [across, up] = [pixels(plot, "x"), pixels(plot, "y")];
  ctx.strokeStyle = stroke;
  ctx.fillStyle = fill;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (let point = 0; point < places.length; point += 1) {
    const y = up(values[point]);
    if (!Number.isNaN(y)) circle(ctx, across(places[point]), y, size - width);
  }
  ctx.fill();
  ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} diameter CSS pixels
 */
function circle(context, x, y, diameter) {
  const radius = (diameter / 2) * devicePixelRatio;
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/**
 * What `valToPos` does, once for all points. An infinite value is on the upper edge; one that is missing, or has no place on a
 * logarithmic axis, is NaN.
 * @param {Plot} plot
 * @param {"x" | "y"} axis
 * @returns {(value: number | null) => number} device pixels
 */
export function pixels(plot, axis) {
  const { min = NaN, max = NaN, distr } = plot.scales[axis];
  const along = distr === 3 ? Math.log : Number;
  const [first, last] = [plot.valToPos(min, axis, true), plot.valToPos(max, axis, true)];
  const slope = (last - first) / (along(max) - along(min));
  const start = first - slope * along(min);
  return (value) => {
    if (value === null || (distr === 3 && value <= 0)) return NaN;
    return value === Infinity ? last : start + slope * along(value);
  };
}
