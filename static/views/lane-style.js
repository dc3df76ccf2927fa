/**
 * How a lane is told apart: a letter, a colour (Okabe–Ito, from styles/tokens.css) and a dash pattern. Never by colour alone: blue and orange
 * are the weights' colours too.
 */

const COLOURS = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Lengths of dashes and gaps in CSS pixels. */
const DASHES = [[9, 5], [], [2, 4], [12, 4, 2, 4], [16, 6], [5, 3], [2, 8], [9, 3, 2, 3, 2, 3]];

/** @param {number} lane */
export function laneDash(lane) {
  return DASHES[lane % DASHES.length];
}

/** @param {number} lane */
export function laneColour(lane) {
  return `var(--lane-${COLOURS[lane % COLOURS.length]})`;
}

/**
 * Any CSS colour, variables and light-dark() included, as the browser computes it now and a canvas takes it.
 * @param {string} colour
 */
export function resolveColour(colour) {
  const probe = document.createElement("span");
  probe.style.color = colour;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {SVGElement} swatch
 * @param {number} lane
 */
export function drawSwatch(swatch, lane) {
  swatch.style.setProperty("--lane", laneColour(lane));
  swatch.querySelector("line")?.setAttribute("stroke-dasharray", laneDash(lane).join(" "));
}
