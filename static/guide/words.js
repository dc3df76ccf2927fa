import { Translator } from "../base/i18n.js";

/**
 * The long texts of help and tour, fetched when somebody wants them: static/locales/guide/{language}.json.
 * @returns {Promise<Translator>}
 */
export async function loadWords() {
  const { lang } = document.documentElement;
  const url = new URL(`../locales/guide/${lang}.json`, import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  return new Translator(lang, await response.json());
}
