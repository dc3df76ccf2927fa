import { numberFormats } from "./format.js";
import { fileOf } from "./root.js";

/**
 * The words of the page in one language: static/locales/{language}.json, the same dictionary from which the server
 * rendered the page.
 */
export class Translator {
  /**
   * @param {string} language
   * @param {Record<string, string>} dictionary
   */
  constructor(language, dictionary) {
    this.language = language;
    this.dictionary = dictionary;
    this.format = numberFormats(language);
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values] for the placeholders, already formatted where they are to be read
   */
  text(key, values = {}) {
    const template = this.dictionary[key];
    // A missing key shows itself on the page; an exception would take the whole page with it.
    if (template === undefined) return key;
    return template.replace(/\{(\w+)\}/g, (placeholder, name) => String(values[name] ?? placeholder));
  }

  /**
   * What stands between the items of a list, or between sentences, differs between languages.
   * @param {"list" | "sentences" | "remarks"} how  remarks: without a full stop of their own
   * @param {(string | number)[]} parts
   */
  join(how, parts) {
    const [first = "", ...others] = parts;
    return others.reduce((/** @type {string} */ said, next) => this.text(`join.${how}`, { said, next }), String(first));
  }

  /** @param {string} key */
  has(key) {
    return key in this.dictionary;
  }
}

/**
 * @param {string} language
 * @returns {Promise<Translator>}
 */
export async function loadTranslator(language) {
  const url = fileOf(`locales/${language}.json`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Translator(language, await response.json());
}
