import { numberFormats, valueText } from "./format.js";
import { fileOf } from "./root.js";

/**
 * The words of the page in one language: static/locales/{language}.json, from which the server also rendered the page.
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
   * @param {Record<string, string | number>} [values] for the placeholders, already formatted for reading
   */
  text(key, values = {}) {
    const template = this.dictionary[key];
    // A missing key shows on the page; an exception would stop the whole page.
    if (template === undefined) return key;
    return template.replace(/\{(\w+)\}/g, (placeholder, name) => valueText(values[name] ?? placeholder));
  }

  /**
   * Join the items of a list, or sentences, with the separator of the language.
   * @param {"list" | "sentences" | "remarks"} how  remarks: without their own full stop
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

  /**
   * Add the words of a part that is loaded when it is wanted.
   * @param {string} folder of static/locales, with its slash
   */
  async add(folder) {
    Object.assign(this.dictionary, await fetchWords(this.language, folder));
  }
}

/**
 * @param {string} language
 * @param {string} [folder] of static/locales, with its slash, that has the words of a part that is loaded when it is wanted
 * @returns {Promise<Translator>}
 */
export async function loadTranslator(language, folder = "") {
  return new Translator(language, await fetchWords(language, folder));
}

/**
 * @param {string} language
 * @param {string} folder
 * @returns {Promise<Record<string, string>>}
 */
async function fetchWords(language, folder) {
  const url = fileOf(`locales/${folder}${language}.json`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return await response.json();
}
