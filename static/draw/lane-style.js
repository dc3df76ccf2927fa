import { find, part, stamp, write } from "../base/dom.js";
import { currentTheme } from "../base/theme.js";

/**
 * How lanes are told apart: a letter, a colour (from styles/tokens.css) and a dash pattern. Never by colour alone: blue and orange are
 * the weights' colours too.
 */

const COLOURS = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Lengths of dashes and gaps in CSS pixels. */
const DASHES = [[9, 5], [], [2, 4], [12, 4, 2, 4], [18, 4], [4, 3], [5, 9], [9, 3, 2, 3, 2, 3]];

/**
 * The index of a lane's colour and dash, from its letter, so that it keeps them wherever it is moved.
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
 * Resolve any CSS colour, variables and light-dark() included, to one that a canvas accepts.
 * @param {string} colour
 */
export function resolveColour(colour) {
  const theme = currentTheme();
  if (theme !== resolved.theme) resolved = { theme, colours: new Map() };
  let found = resolved.colours.get(colour);
  if (found === undefined) {
    probe ??= hiddenProbe();
    probe.style.color = colour;
    found = getComputedStyle(probe).color;
    resolved.colours.set(colour, found);
  }
  return found;
}

/** What is known of a theme's colours: to ask for one makes the browser recompute styles. @type {{theme: string, colours: Map<string, string>}} */
let resolved = { theme: "", colours: new Map() };

/** The height of the type in charts, in CSS pixels; larger for a projector. */
export function chartType() {
  probe ??= hiddenProbe();
  probe.style.fontSize = "var(--text-xs)";
  return parseFloat(getComputedStyle(probe).fontSize);
}

/**
 * Stays in the document, because adding and removing it would recompute all styles each time. Not `display: none`, whose style
 * Chromium knows only after a layout.
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
 * What stands for a lane, such as a row of a table: with its swatch and letter.
 * @param {string} template its id
 * @param {string} id of the lane
 * @param {string} [letter] or what is written in its place
 */
export function ofLane(template, id, letter = id) {
  const element = stamp(template);
  element.dataset.lane = id;
  const swatch = find(element, ".swatch", SVGElement);
  swatch.style.setProperty("--lane", laneColour(id));
  find(swatch, "line", SVGElement).setAttribute("stroke-dasharray", laneDash(id).join(" "));
  write(part(element, "letter"), letter);
  return element;
}
