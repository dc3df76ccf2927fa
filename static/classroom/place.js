import { cellAt, filtersPerPage, kernelOrigin, planPicture } from "../draw/atlas.js";
import { cellText, readCell } from "../state/address.js";

/**
 * What the pointer is on, as a thing that every page has, whatever the size of its window: a cell of the board, or a point within an
 * element.
 *
 * @typedef {import("../base/types.js").Place} Place
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 * @typedef {(layer: string) => KernelShape | undefined} ShapeOf
 */

/** What tells elements apart that have no id. */
const NAMES = ["data-part", "data-lane", "data-layer", "data-group", "data-tab", "name", "value"];
/** An element larger than this is pointed at in one point, a smaller one as a whole; in CSS pixels. */
const LARGE = 96;
const SPOT = 44;

/**
 * @param {MouseEvent} event
 * @param {ShapeOf} shapeOf
 * @returns {Place | null} null: of nothing that other pages have
 */
export function placeOf({ target, clientX, clientY }, shapeOf) {
  if (!(target instanceof Element)) return null;
  const cell = target instanceof HTMLCanvasElement ? cellUnder(target, clientX, clientY, shapeOf) : null;
  if (cell) return cell;
  for (let element = /** @type {Element | null} */ (target); element; element = element.parentElement) {
    const selector = selectorOf(element);
    if (!selector || document.querySelector(selector) !== element) continue;
    const { left, top, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    const share = (/** @type {number} */ part) => Math.round(Math.min(1, Math.max(0, part)) * 1000) / 1000;
    return { cell: null, element: selector, band: 0, x: share((clientX - left) / width), y: share((clientY - top) / height) };
  }
  return null;
}

/**
 * Where a place is on this page.
 * @param {Place} place
 * @param {ShapeOf} shapeOf
 * @returns {DOMRect | null} in CSS pixels of the window; null: it isn't shown
 */
export function rectOf(place, shapeOf) {
  if (place.cell !== null) return rectOfCell(place.cell, place.band, shapeOf);
  const element = place.element !== null && SELECTOR.test(place.element) ? document.querySelector(place.element) : null;
  if (!element?.checkVisibility({ visibilityProperty: true })) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const [spotWidth, spotHeight] = width <= LARGE && height <= LARGE ? [width, height] : [Math.min(SPOT, width), Math.min(SPOT, height)];
  const within = (/** @type {number} */ share, /** @type {number} */ length, /** @type {number} */ spot) =>
    Math.min(length - spot, Math.max(0, share * length - spot / 2));
  return new DOMRect(left + within(place.x, width, spotWidth), top + within(place.y, height, spotHeight), spotWidth, spotHeight);
}

/** Ids and attributes, one within the other: all that `selectorOf` writes. */
const SELECTOR = /^#[\w-]+(?: \[[a-z-]+="[^"\\]*"\])*$/;

/** @param {Element} element */
function selectorOf(element) {
  const steps = [];
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    if (at.id) {
      const selector = [`#${at.id}`, ...steps].join(" ");
      return SELECTOR.test(selector) ? selector : null;
    }
    const name = NAMES.find((one) => at?.hasAttribute(one));
    if (name) steps.unshift(`[${name}="${at.getAttribute(name)}"]`);
    else if (at === element) return null;
  }
  return null;
}

/**
 * The picture of a canvas of the board, whose attributes say how it was made (draw/panel.js).
 * @param {HTMLCanvasElement} canvas
 * @param {ShapeOf} shapeOf
 */
function pictureOf({ dataset, width, clientWidth }, shapeOf) {
  const { layer, lane, space, margin, bands, first } = dataset;
  const shape = layer && shapeOf(layer);
  if (!shape || !lane || !space) return null;
  const from = Number(first);
  const out = Math.min(filtersPerPage(shape, Number(space), devicePixelRatio), shape.out - from);
  const plan = planPicture({ ...shape, out }, Number(space), devicePixelRatio, Number(bands));
  return { layer, lane, plan, first: from, margin: Number(margin), scale: width / clientWidth };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} clientX
 * @param {number} clientY
 * @param {ShapeOf} shapeOf
 * @returns {Place | null}
 */
function cellUnder(canvas, clientX, clientY, shapeOf) {
  const picture = pictureOf(canvas, shapeOf);
  if (!picture) return null;
  const { layer, lane, plan, first, margin, scale } = picture;
  const { left, top } = canvas.getBoundingClientRect();
  const cell = cellAt(plan, (clientX - left) * scale - margin, (clientY - top) * scale - margin);
  if (!cell) return null;
  return { cell: cellText(layer, lane, { ...cell, out: cell.out + first }), element: null, band: cell.band, x: 0.5, y: 0.5 };
}

/**
 * @param {string} text
 * @param {number} band
 * @param {ShapeOf} shapeOf
 */
function rectOfCell(text, band, shapeOf) {
  const found = readCell(text);
  if (!found) return null;
  const selector = `#board canvas[data-layer="${CSS.escape(found.layer)}"][data-lane="${CSS.escape(found.lane)}"]`;
  const canvas = document.querySelector(selector);
  const picture = canvas instanceof HTMLCanvasElement && canvas.checkVisibility() ? pictureOf(canvas, shapeOf) : null;
  if (!canvas || !picture) return null;
  const { plan, first, margin, scale } = picture;
  const { out, in: channel, row, col } = found.cell;
  if (out < first || out - first >= plan.shape.out || row >= plan.shape.rows || col >= plan.shape.cols) return null;
  const { x, y } = kernelOrigin(plan, Math.min(band, plan.bands - 1), out - first, channel);
  const { left, top } = canvas.getBoundingClientRect();
  const at = (/** @type {number} */ atlas) => (atlas + margin) / scale;
  return new DOMRect(left + at(x + col * plan.cell), top + at(y + row * plan.cell), plan.cell / scale, plan.cell / scale);
}
