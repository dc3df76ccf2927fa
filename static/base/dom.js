/** The few things that every view does with the document. The markup itself stands in templates/parts. */

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
 * Writes only what has changed, and into the text node that is there: numbers change several times a second, and neither a
 * layout for nothing nor a new node each time is called for.
 * @param {Element} element that holds text and nothing else
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

/**
 * Hides or shows only what is not so already: `hidden` has styles computed anew also where it is set to what it was.
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}
