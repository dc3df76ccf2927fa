import { fromRoot } from "../base/root.js";

/** Those that are there, also if the script that wanted one has failed and tries again. */
const added = new Set();

/**
 * Add a part of the page that the server keeps until it is wanted, such as a dialog.
 *
 * @param {string} name of its template
 * @param {import("../base/i18n.js").Translator} translator
 */
export async function addFragment(name, { language }) {
  if (added.has(name)) return;
  const address = fromRoot(`parts/${language}/${name}`);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const html = await answer.text();
  added.add(name);
  document.body.append(document.createRange().createContextualFragment(html));
}
