import { fileOf } from "./root.js";

/**
 * Load a style sheet that the page doesn't have yet. One that can't be loaded is done without.
 * @param {string} name such as `styles/studies.css`
 */
export async function loadSheet(name) {
  if (document.querySelector(`link[href$="/${name}"]`)) return;
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = fileOf(name);
  const loaded = new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
  document.head.append(sheet);
  await loaded;
}
