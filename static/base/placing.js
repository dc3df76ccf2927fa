/**
 * Where a bubble goes: beside the element that it belongs to, not over it if that can be avoided, and never outside the window. Pure.
 *
 * @typedef {"below" | "above" | "right" | "left"} Side
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 *
 * What must stay in sight: the place that is pointed at, and, over the whole width of the window, stretches from a top to a bottom.
 * @typedef {{at: {x: number, y: number}, stretches: {top: number, bottom: number}[]}} Clear
 */

const GAP = 8;

/**
 * @param {Box} target
 * @param {{width: number, height: number}} bubble
 * @param {{clientWidth: number, clientHeight: number}} view
 * @param {Side[]} sides in order of preference
 * @returns {{left: number, top: number}}
 */
export function placeBeside(target, bubble, view, sides) {
  // If it fits nowhere, the lower end of the window covers least.
  return fittingPlace(target, bubble, view, sides) ?? withinWindow(placesOf(target, bubble).below, bubble, view);
}

/**
 * The same, only where the target stays in sight.
 * @param {Box} target
 * @param {{width: number, height: number}} bubble
 * @param {{clientWidth: number, clientHeight: number}} view
 * @param {Side[]} sides in order of preference
 * @returns {{left: number, top: number} | null} null: it fits on none of them
 */
export function fittingPlace(target, bubble, view, sides) {
  const places = placesOf(target, bubble);
  const fits = (/** @type {Side} */ side) => {
    const place = places[side];
    if (side === "below" || side === "above") return place.top >= GAP && place.top + bubble.height <= view.clientHeight - GAP;
    return place.left >= GAP && place.left + bubble.width <= view.clientWidth - GAP;
  };
  const side = sides.find(fits);
  return side ? withinWindow(places[side], bubble, view) : null;
}

/**
 * @param {Box} target
 * @param {{width: number, height: number}} bubble
 * @returns {Record<Side, {left: number, top: number}>}
 */
function placesOf(target, bubble) {
  const { left, top, width, height } = target;
  return {
    below: { left, top: top + height + GAP },
    above: { left, top: top - bubble.height - GAP },
    right: { left: left + width + GAP, top },
    left: { left: left - bubble.width - GAP, top },
  };
}

/**
 * @param {{left: number, top: number}} place
 * @param {{width: number, height: number}} bubble
 * @param {{clientWidth: number, clientHeight: number}} view
 */
function withinWindow({ left, top }, { width, height }, { clientWidth, clientHeight }) {
  return { left: within(left, width, clientWidth), top: within(top, height, clientHeight) };
}

/**
 * Find the nearest place that covers nothing of what must stay in sight; if there is none, the one that covers least.
 * @param {Clear} clear
 * @param {{width: number, height: number}} bubble
 * @param {{clientWidth: number, clientHeight: number}} view
 * @returns {{left: number, top: number}}
 */
export function placeClear({ at, stretches }, { width, height }, { clientWidth, clientHeight }) {
  /** @param {number} top */
  const covered = (top) =>
    stretches.reduce((sum, stretch) => sum + Math.max(0, Math.min(top + height, stretch.bottom) - Math.max(top, stretch.top)), 0);
  const tops = stretches.flatMap(({ top, bottom }) => [bottom + GAP, top - GAP - height]).map((top) => within(top, height, clientHeight));
  /** @param {number} top */
  const away = (top) => Math.abs(top + height / 2 - at.y);
  const [top = GAP] = tops.sort((one, other) => covered(one) - covered(other) || away(one) - away(other));
  return { left: within(at.x, width, clientWidth), top };
}

/**
 * @param {number} start
 * @param {number} size
 * @param {number} space
 */
function within(start, size, space) {
  return Math.max(GAP, Math.min(start, space - size - GAP));
}
