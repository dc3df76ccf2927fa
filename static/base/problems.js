import { fieldText } from "./format.js";
import { loadTranslator } from "./i18n.js";

/**
 * What the server refuses, in the page's language. The words (static/locales/problems/{language}.json) are fetched when they are
 * first needed.
 *
 * @typedef {import("./i18n.js").Translator} Translator
 * @typedef {import("./types.js").Problem} Problem
 * @typedef {import("./types.js").ServerError} ServerError
 */

/** From this number on, thousands are separated. */
const LONG_NUMBER = 10000;

/** @type {Promise<Translator> | null} */
let words = null;

/** @returns {Promise<Translator>} */
export function loadProblemWords() {
  words ??= loadTranslator(document.documentElement.lang, "problems/").catch((error) => {
    // The next time it is tried again: the server may be back.
    words = null;
    throw error;
  });
  return words;
}

/**
 * The reason of a problem, without the setting it concerns. A reason that has no words here stays in the server's English.
 * @param {Problem} problem
 * @param {Translator} translator
 */
export function reasonText({ code, values, message }, translator) {
  const key = `problem.${code}`;
  if (!translator.has(key)) return message;
  /** @param {string | number} value */
  const written = (value) => {
    if (typeof value !== "number") return value;
    return Math.abs(value) >= LONG_NUMBER && Number.isInteger(value) ? translator.format.count(value) : fieldText(value);
  };
  const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value)]));
  return translator.text(key, shown);
}

/**
 * The reason of a problem, with the layer and the name of the setting.
 * @param {Problem} problem
 * @param {Translator} translator
 * @param {boolean} [withLayer] false where its place on the page shows the layer
 */
export function problemText(problem, translator, withLayer = true) {
  const { layer = "", field = "" } = problem.values;
  const label = `field.${field}`;
  const names = [withLayer ? layer : "", translator.has(label) ? translator.text(label) : field].map(String).filter(Boolean);
  return names.reduceRight((text, what) => translator.text("fault", { what, text }), reasonText(problem, translator));
}

/**
 * @param {ServerError} error
 * @param {Translator} translator
 */
export function errorText({ problems, message }, translator) {
  if (!problems || problems.length === 0) return message;
  return [...new Set(problems.map((problem) => problemText(problem, translator)))].join(" · ");
}
