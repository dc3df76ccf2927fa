import { find } from "../base/dom.js";
import { showFigures } from "./figures.js";

/**
 * The reading beside the page (/learn): figures that live on what the page has, and buttons. Each button shows its claim in the very widget that is there: it opens a card, makes a
 * choice, presses a button, and points at what is to be seen.
 */

const POINTED_MS = 2400;
const PATIENCE_MS = 10_000;

/** @param {import("../page/page.js").Page} page */
export function bindReading(page) {
  const root = find(document, "#reading", HTMLElement);
  showFigures(root, page);
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) show(button.dataset);
  });
}

/** @param {DOMStringMap} what */
function show({ open, set, press, point }) {
  if (open) {
    const card = document.querySelector(open);
    if (card instanceof HTMLDetailsElement) card.open = true;
  }
  if (set) {
    const [selector, value] = set.split("=");
    const menu = document.querySelector(selector);
    if (menu instanceof HTMLSelectElement && menu.value !== value) {
      menu.value = value;
      menu.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  if (press) {
    const button = document.querySelector(press);
    if (button instanceof HTMLButtonElement) pressSoon(button, performance.now() + PATIENCE_MS);
  }
  if (point) pointSoon(point, performance.now() + PATIENCE_MS);
}

/**
 * As soon as it can be pressed: a card that has just been opened may still be on its way.
 * @param {HTMLButtonElement} button
 * @param {number} until
 */
function pressSoon(button, until) {
  if (!button.disabled) {
    // What is running is left running.
    if (!button.hasAttribute("data-running")) button.click();
  } else if (performance.now() < until) {
    requestAnimationFrame(() => pressSoon(button, until));
  }
}

/**
 * As soon as it is there, likewise.
 * @param {string} selector
 * @param {number} until
 */
function pointSoon(selector, until) {
  const element = document.querySelector(selector);
  if (element instanceof HTMLElement) pointAt(element);
  else if (performance.now() < until) requestAnimationFrame(() => pointSoon(selector, until));
}

/** Ends what is pointed at now: two would draw the page to and fro. */
let release = () => {};

/** @param {HTMLElement} element */
function pointAt(element) {
  release();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Again whenever the page grows meanwhile: what has been opened may come a little later.
  const follow = new ResizeObserver(() => element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" }));
  follow.observe(document.body);
  element.setAttribute("data-pointed", "");
  const end = setTimeout(() => release(), POINTED_MS);
  release = () => {
    clearTimeout(end);
    follow.disconnect();
    element.removeAttribute("data-pointed");
  };
}
