import { filterWidth, kernelOrigin } from "./atlas.js";
import { polarMark } from "../state/orientation.js";

/**
 * A small polar mark under each filter of a picture: a line along its orientation, in a circle that it reaches if it prefers that
 * orientation alone. Drawn in device pixels, in the room that the picture leaves free.
 *
 * @typedef {import("./atlas.js").Plan} Plan
 * @typedef {import("../state/orientation.js").Orientation} Orientation
 *
 * Of a circle, in CSS pixels of the picture.
 * @typedef {{x: number, y: number, radius: number}} Place
 *
 * @typedef {object} MarkColours
 * @property {string} circle
 * @property {string} line
 */

/** CSS pixels: half the line's width, that lies outside the circle; the least radius in which a direction can be seen. */
const RIM = 0.75;
const LEAST_RADIUS = 2.5;

/**
 * The circle of each filter.
 * @param {Plan} plan
 * @param {number} scale atlas pixels per CSS pixel
 * @returns {Place[]} none where there is no room for marks
 */
export function markPlaces(plan, scale) {
  const { shape, marksY, marksHeight } = plan;
  const width = filterWidth(plan);
  const radius = Math.min(width, marksHeight) / 2 / scale - RIM;
  if (radius < LEAST_RADIUS) return [];
  return Array.from({ length: shape.out }, (_, out) => {
    const { x, y } = kernelOrigin(plan, 0, out, 0);
    return { x: (x + width / 2) / scale, y: (y + marksY + marksHeight / 2) / scale, radius };
  });
}

/**
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {Place} place
 * @param {Orientation} orientation
 * @param {MarkColours} colours
 */
export function drawMark(context, { x, y, radius }, orientation, colours) {
  const end = polarMark(orientation);
  if (!end) return;
  context.lineWidth = 1;
  context.strokeStyle = colours.circle;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.lineWidth = 2 * RIM;
  context.strokeStyle = colours.line;
  context.beginPath();
  context.moveTo(x - radius * end.x, y - radius * end.y);
  context.lineTo(x + radius * end.x, y + radius * end.y);
  context.stroke();
}
