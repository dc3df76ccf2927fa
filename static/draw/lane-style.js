/**
 * How a lane is told apart: a letter, a colour (Okabe–Ito, from styles/tokens.css) and a dash pattern. Never by colour alone: blue and orange
 * are the weights' colours too.
 */

const COLOURS = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Lengths of dashes and gaps in CSS pixels. */
const DASHES = [[9, 5], [], [2, 4], [12, 4, 2, 4], [16, 6], [5, 3], [2, 8], [9, 3, 2, 3, 2, 3]];

/**
 * Its colour and dash go with a lane's letter, so that it keeps them wherever it stands.
 * @param {string} id
 */
function mark(id) {
  return (id.charCodeAt(0) + COLOURS.length - ("A".charCodeAt(0) % COLOURS.length)) % COLOURS.length;
}

/** @param {string} id of a lane */
export function laneDash(id) {
  return DASHES[mark(id)];
}

/** @param {string} id of a lane */
export function laneColour(id) {
  return `var(--lane-${COLOURS[mark(id)]})`;
}

/**
 * Any CSS colour, variables and light-dark() included, as the browser computes it now and a canvas takes it.
 * @param {string} colour
 */
export function resolveColour(colour) {
  probe ??= hiddenProbe();
  probe.style.color = colour;
  return getComputedStyle(probe).color;
}

/**
 * Stays in the document: to come and go would have the browser compute all styles each time. And not with `display: none`, of
 * which Chromium knows the style only after a layout.
 * @type {HTMLElement | null}
 */
let probe = null;

function hiddenProbe() {
  const element = document.createElement("span");
  element.className = "visually-hidden";
  document.body.append(element);
  return element;
}

/**
 * @param {SVGElement} swatch
 * @param {string} id of a lane
 */
export function drawSwatch(swatch, id) {
  swatch.style.setProperty("--lane", laneColour(id));
  swatch.querySelector("line")?.setAttribute("stroke-dasharray", laneDash(id).join(" "));
}
