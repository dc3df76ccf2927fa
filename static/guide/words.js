import { Translator } from "../base/i18n.js";
import { fileOf } from "../base/root.js";

/**
 * Load the long texts of help and tour (static/locales/guide/{language}.json), when first wanted.
 * @returns {Promise<Translator>}
 */
export async function loadWords() {
  const { lang } = document.documentElement;
  const url = fileOf(`locales/guide/${lang}.json`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Translator(lang, await response.json());
}
