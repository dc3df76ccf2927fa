import { loadTranslator } from "../base/i18n.js";

/**
 * Load the long texts of help and tour (static/locales/guide/{language}.json), when first wanted.
 * @returns {Promise<import("../base/i18n.js").Translator>}
 */
export function loadWords() {
  return loadTranslator(document.documentElement.lang, "guide/");
}
