/** The few things that every view does with the document. The markup itself stands in templates/page.html. */

/**
 * The one element that must be there.
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
 * A part of a view, marked `data-part` in its template.
 * @param {ParentNode} root
 * @param {string} name
 */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLElement);
}

/**
 * A copy of the only element in a `<template>`.
 * @param {string} id
 */
export function stamp(id) {
  const template = find(document, `#${id}`, HTMLTemplateElement);
  const element = template.content.firstElementChild?.cloneNode(true);
  if (!(element instanceof HTMLElement)) throw new Error(`template ${id} is empty`);
  return element;
}

/**
 * Writes only what has changed: writing the same text again would still cost a layout.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
