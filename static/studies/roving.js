import { ARROWS, stamp } from "../base/dom.js";

/**
 * A list of small pictures that are buttons. It is one tab stop: arrow keys, Home and End go from one to the next.
 *
 * @param {HTMLElement} list
 */
export function rove(list) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const at = all.findIndex((button) => button === document.activeElement);
    const [down, right] = ARROWS[event.key] ?? [NaN, NaN];
    const to = { Home: 0, End: all.length - 1 }[event.key] ?? at + down + right;
    if (at < 0 || Number.isNaN(to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.min(all.length - 1, Math.max(0, to))].focus();
  });
  list.addEventListener("focusin", ({ target }) => {
    for (const button of list.querySelectorAll("button")) button.tabIndex = button === target ? 0 : -1;
  });
}

/**
 * So many buttons in such a list; those that are there stay, and with them the focus.
 * @param {HTMLElement} list
 * @param {number} count
 */
export function buttonsIn(list, count) {
  while (list.children.length > count) list.lastElementChild?.remove();
  while (list.children.length < count) list.append(stamp("picture-button"));
  const buttons = [...list.querySelectorAll("button")];
  const stop = Math.max(
    0,
    buttons.findIndex((button) => button === document.activeElement),
  );
  buttons.forEach((button, place) => (button.tabIndex = place === stop ? 0 : -1));
  return buttons;
}
