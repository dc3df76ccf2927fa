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
  const probe = document.createElement("span");
  probe.style.color = colour;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {SVGElement} swatch
 * @param {string} id of a lane
 */
export function drawSwatch(swatch, id) {
  swatch.style.setProperty("--lane", laneColour(id));
  swatch.querySelector("line")?.setAttribute("stroke-dasharray", laneDash(id).join(" "));
}
