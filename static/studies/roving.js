import { ARROWS, stamp } from "../base/dom.js";

/**
 * A list of small pictures, or of texts, that are buttons. It is one tab stop: arrow keys, Home and End go from one to the next.
 *
 * @param {HTMLElement} list
 */
export function rove(list) {
  list.addEventListener("keydown", (event) => {
    const all = shownIn(list);
    const at = all.findIndex((button) => button === document.activeElement);
    const [down, right] = ARROWS[event.key] ?? [NaN, NaN];
    const to = { Home: 0, End: all.length - 1 }[event.key] ?? at + down + right;
    if (at < 0 || Number.isNaN(to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.min(all.length - 1, Math.max(0, to))].focus();
  });
  list.addEventListener("focusin", ({ target }) => setStop(list, target));
}

/**
 * So many buttons in such a list; those that are there stay, and with them the focus.
 * @param {HTMLElement} list
 * @param {number} count
 * @param {string} [template] of an item, whose button is no tab stop
 */
export function buttonsIn(list, count, template = "picture-button") {
  while (list.children.length > count) list.lastElementChild?.remove();
  while (list.children.length < count) list.append(stamp(template));
  keepStop(list);
  return shownIn(list);
}

/**
 * See to it that such a list can be reached, after other buttons of it are shown: the first one is the tab stop unless another is.
 * @param {HTMLElement} list
 */
export function keepStop(list) {
  const buttons = shownIn(list);
  setStop(list, buttons.find(({ tabIndex }) => tabIndex === 0) ?? buttons[0]);
}

/**
 * @param {HTMLElement} list
 * @param {EventTarget | null | undefined} stop
 */
function setStop(list, stop) {
  for (const button of list.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
}

/** @param {HTMLElement} list */
function shownIn(list) {
  return [...list.querySelectorAll(":scope > :not([hidden]) button")].filter((button) => button instanceof HTMLButtonElement);
}
