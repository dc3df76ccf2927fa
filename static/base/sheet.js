import { fileOf } from "./root.js";

/** Those that have been asked for here, by name. @type {Map<string, Promise<unknown>>} */
const coming = new Map();

/**
 * Load a style sheet that the page doesn't have yet. One that can't be loaded is done without.
 * @param {string} name such as `styles/studies.css`
 */
export async function loadSheet(name) {
  if (!coming.has(name) && !document.querySelector(`link[href$="/${name}"]`)) {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = fileOf(name);
    coming.set(name, new Promise((resolve) => (sheet.onload = sheet.onerror = resolve)));
    document.head.append(sheet);
  }
  await coming.get(name);
}
