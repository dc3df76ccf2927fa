/** What every view does with the document. The markup itself is in templates/parts. */

/**
 * Find an element that must exist.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {abstract new () => T} Kind
 * @returns {T}
 */
export function find(root, selector, Kind) {
  const element = root.querySelector(selector);
  if (!(element instanceof Kind)) throw new Error(`the page has no ${Kind.name} ${selector}`);
  return element;
}

/**
 * Find a part of a view, marked `data-part` in its template.
 * @param {ParentNode} root
 * @param {string} name
 */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLElement);
}

/**
 * Copy the only element of a `<template>`.
 * @param {string} id
 */
export function stamp(id) {
  const template = find(document, `#${id}`, HTMLTemplateElement);
  const element = template.content.firstElementChild?.cloneNode(true);
  if (!(element instanceof HTMLElement)) throw new Error(`template ${id} is empty`);
  return element;
}

/**
 * Write a text only if it has changed, and into the existing text node: numbers change several times a second, and each needless
 * layout or new node costs time.
 * @param {Element} element with text and nothing else
 * @param {string} text
 */
export function write(element, text) {
  const { firstChild } = element;
  if (firstChild instanceof Text) {
    if (firstChild.data !== text) firstChild.data = text;
  } else {
    element.textContent = text;
  }
}

/** Whether the page offers an element: the address leaves it in, and the source of the numbers can do it. @param {Element} element */
export const isOffered = (element) => element.closest("[data-gone], [data-unable]") === null;

/**
 * Whether a control can be seen, or is in a closed menu that can be opened.
 * @param {Element} control
 */
export function isReachable(control) {
  const menu = control.closest("[popover]:not(:popover-open)");
  const seen = menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : control;
  return seen !== null && seen.checkVisibility({ visibilityProperty: true }) && control.closest("[data-gone], [hidden]") === null;
}

/**
 * Hide or show an element only if that changes anything: setting `hidden` to its present value recomputes styles all the same.
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * The context that draws on a canvas.
 * @template {HTMLCanvasElement | OffscreenCanvas} T
 * @param {T} canvas
 * @returns {T extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no 2D canvas");
  return /** @type {any} */ (context);
}

/** Where the arrow keys lead, in rows and columns. @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** What text is typed into. */
export const TEXT_FIELDS = 'input:not([type="range"], [type="checkbox"], [type="radio"]), textarea, [contenteditable]';
