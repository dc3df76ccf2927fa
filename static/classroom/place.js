import { cellAt, kernelOrigin } from "../draw/atlas.js";
import { PANELS } from "../draw/panel.js";
import { mapAt, mapOrigin } from "../draw/responses.js";
import { cellText, readCell } from "../state/address.js";

/**
 * What the pointer is on, as a thing that every page has, whatever the size of its window: a cell of the board, or a point within an
 * element.
 *
 * @typedef {import("../base/types.js").Place} Place
 */

/** What tells elements apart that have no id. */
const NAMES = ["data-part", "data-lane", "data-layer", "data-group", "data-tab", "name", "value"];
/** Ids and attributes, one within the other: all that `selectorOf` writes. */
const SELECTOR = /^#[\w-]+(?: (?:\[[a-z-]+="[^"\\]*"\])+)*$/;
/** An element larger than this is pointed at in one point, a smaller one as a whole; in CSS pixels. */
const LARGE = 96;
const SPOT = 44;
/** What is pointed at in a filter's map. */
const MAP_SPOT = 12;

/**
 * @param {Pick<MouseEvent, "target" | "clientX" | "clientY">} event
 * @returns {Place | null} null: nothing that other pages have
 */
export function placeOf({ target, clientX, clientY }) {
  if (!(target instanceof Element)) return null;
  const cell = cellUnder(target, clientX, clientY);
  if (cell) return cell;
  for (let element = /** @type {Element | null} */ (target); element; element = element.parentElement) {
    const selector = selectorOf(element);
    const { left, top, width, height } = element.getBoundingClientRect();
    if (!selector || width === 0 || height === 0 || document.querySelector(selector) !== element) continue;
    const share = (/** @type {number} */ part) => Math.round(Math.min(1, Math.max(0, part)) * 1000) / 1000;
    return { cell: null, element: selector, band: 0, x: share((clientX - left) / width), y: share((clientY - top) / height) };
  }
  return null;
}

/**
 * Where a place is on this page.
 * @param {Place} place
 * @returns {DOMRect | null} in CSS pixels of the window; null: it isn't shown
 */
export function rectOf(place) {
  if (place.cell !== null) return rectOfCell(place.cell, place);
  const element = place.element !== null && SELECTOR.test(place.element) ? document.querySelector(place.element) : null;
  if (!element?.checkVisibility({ visibilityProperty: true })) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const [spotWidth, spotHeight] = width <= LARGE && height <= LARGE ? [width, height] : [Math.min(SPOT, width), Math.min(SPOT, height)];
  const within = (/** @type {number} */ share, /** @type {number} */ length, /** @type {number} */ spot) =>
    Math.min(length - spot, Math.max(0, share * length - spot / 2));
  return new DOMRect(left + within(place.x, width, spotWidth), top + within(place.y, height, spotHeight), spotWidth, spotHeight);
}

/** @param {Element} element */
function selectorOf(element) {
  const steps = [];
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    if (at.id) {
      const selector = [`#${at.id}`, ...steps].join(" ");
      return SELECTOR.test(selector) ? selector : null;
    }
    const step = NAMES.map((name) => (at?.hasAttribute(name) ? `[${name}="${at.getAttribute(name)}"]` : "")).join("");
    if (step !== "") steps.unshift(step);
    else if (at === element) return null;
  }
  return null;
}

/**
 * @param {Element} canvas
 * @param {number} clientX
 * @param {number} clientY
 * @returns {Place | null}
 */
function cellUnder(canvas, clientX, clientY) {
  const panel = PANELS.get(canvas);
  if (!panel?.plan) return null;
  const { layer = "", lane = "" } = panel.canvas.dataset;
  const { left, top } = canvas.getBoundingClientRect();
  const { plan, map, first } = panel;
  const [atX, atY] = [panel.toAtlas(clientX - left), panel.toAtlas(clientY - top)];
  const cell = cellAt(plan, atX, atY);
  if (cell) return { cell: cellText(layer, lane, { ...cell, out: cell.out + first }), element: null, band: cell.band, x: 0.5, y: 0.5 };
  const found = map && mapAt(plan, map, atX, atY);
  if (!found) return null;
  const [x, y] = [(found.col + 0.5) / map.cols, (found.row + 0.5) / map.rows];
  return { cell: cellText(layer, lane, { out: found.out + first, in: 0, row: 0, col: 0 }), element: null, band: plan.bands, x, y };
}

/**
 * @param {string} text
 * @param {Place} place the band below the last one is the filter's map
 */
function rectOfCell(text, { band, x: across, y: down }) {
  const found = readCell(text);
  if (!found) return null;
  const canvas = document.querySelector(`#board canvas[data-layer="${CSS.escape(found.layer)}"][data-lane="${CSS.escape(found.lane)}"]`);
  const panel = canvas?.checkVisibility() ? PANELS.get(canvas) : undefined;
  if (!canvas || !panel?.plan) return null;
  const { plan, first } = panel;
  const { out, in: channel, row, col } = found.cell;
  const isShown = out >= first && out - first < plan.shape.out && channel < plan.shape.in && row < plan.shape.rows && col < plan.shape.cols;
  if (!isShown) return null;
  const { left, top } = canvas.getBoundingClientRect();
  if (band >= plan.bands && panel.map) {
    const corner = mapOrigin(plan, out - first);
    const [midX, midY] = [panel.fromAtlas(corner.x + across * plan.mapWidth), panel.fromAtlas(corner.y + down * plan.mapHeight)];
    return new DOMRect(left + midX - MAP_SPOT / 2, top + midY - MAP_SPOT / 2, MAP_SPOT, MAP_SPOT);
  }
  const { x, y } = kernelOrigin(plan, Math.min(band, plan.bands - 1), out - first, channel);
  const size = plan.cell / panel.scale;
  return new DOMRect(left + panel.fromAtlas(x + col * plan.cell), top + panel.fromAtlas(y + row * plan.cell), size, size);
}
