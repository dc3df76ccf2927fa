import { find } from "../base/dom.js";
import { showFigures } from "./figures.js";

/**
 * The reading beside the page (/learn): live figures, and buttons that show each claim in the page's own widgets: they show
 * its tab, make a choice, go back to a step, press a button, and point at what to see.
 */

const POINTED_MS = 2400;
const PATIENCE_MS = 10_000;

/** @param {import("../page/page.js").Page} page */
export function bindReading(page) {
  const root = find(document, "#reading", HTMLElement);
  showFigures(root, page);
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) show(button.dataset, page);
  });
}

/**
 * @param {DOMStringMap} what
 * @param {import("../page/page.js").Page} page
 */
function show({ set, step, press, point }, { showTabOf, playhead, store }) {
  // The newest step is shown as it is.
  if (step && Number(step) < store.series.lastStep) playhead.go(Number(step));
  for (const selector of [set?.split("=")[0], press, point]) {
    // What is not there yet is part of something that is.
    if (selector) showTabOf(document.querySelector(selector) ?? document.querySelector(selector.split(" ")[0]));
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
 * Press a button as soon as it can be pressed: a card just opened may still be loading.
 * @param {HTMLButtonElement} button
 * @param {number} until
 */
function pressSoon(button, until) {
  if (!button.disabled) {
    // Leave a running training alone.
    if (!button.hasAttribute("data-running")) button.click();
  } else if (performance.now() < until) {
    requestAnimationFrame(() => pressSoon(button, until));
  }
}

/**
 * Point at an element as soon as it exists.
 * @param {string} selector
 * @param {number} until
 */
function pointSoon(selector, until) {
  const element = document.querySelector(selector);
  if (element instanceof HTMLElement) pointAt(element);
  else if (performance.now() < until) requestAnimationFrame(() => pointSoon(selector, until));
}

/** Stops following the present target: two would scroll the page back and forth. */
let release = () => {};

/** @param {HTMLElement} element */
function pointAt(element) {
  release();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Scroll again whenever the page grows: what was opened may load a little later.
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
