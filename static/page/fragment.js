import { fromRoot } from "../base/root.js";

/** Those that are there or coming, by name. @type {Map<string, Promise<void>>} */
const asked = new Map();

/**
 * Add a part of the page that the server keeps until it is wanted, such as a dialog, once.
 *
 * @param {string} name of its template
 * @param {import("../base/i18n.js").Translator} translator
 */
export async function addFragment(name, { language }) {
  const part = asked.get(name) ?? add(name, language);
  asked.set(name, part);
  try {
    await part;
  } catch (error) {
    // The script that wanted it tries again.
    asked.delete(name);
    throw error;
  }
}

/** @param {string} name @param {string} language */
async function add(name, language) {
  const address = fromRoot(`parts/${language}/${name}`);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  document.body.append(document.createRange().createContextualFragment(await answer.text()));
}
