import { rateText } from "../base/format.js";
import { datasetTitle, nameOf, optimizerName } from "../state/description.js";

/**
 * What the list says of an experiment, and what a search looks for. Pure.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Listed} Listed
 */

/** Seconds of each unit of relative time, the largest first. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * @param {string} language
 * @param {string} date ISO 8601
 * @param {number} now milliseconds since 1970
 * @returns {string} "3 hours ago"; "now" within the first minute
 */
export function ago(language, date, now) {
  const seconds = Math.max(0, (now - Date.parse(date)) / 1000);
  const [unit, length] = UNITS.find(([, least]) => seconds >= least) ?? ["second", Infinity];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-Math.floor(seconds / length), unit);
}

/**
 * The data set and the lanes: "MNIST digits · learning rates 0.003, 0.1, 1".
 * @param {Listed} experiment
 * @param {Translator} translator of the page
 * @param {Translator} words of the list
 */
export function settingsText({ dataset, config }, translator, words) {
  const rates = config.lanes.map(({ learning_rate: rate, optimizer }) => {
    const isPlain = optimizer.type === "sgd" && !optimizer.momentum && !optimizer.weight_decay;
    return isPlain ? rateText(rate) : `${rateText(rate)} ${optimizerName(optimizer, translator)}`;
  });
  const key = rates.length === 1 ? "experiments.rate" : "experiments.rates";
  return `${datasetTitle(dataset, translator)} · ${words.text(key, { rates: translator.join("list", rates) })}`;
}

/**
 * Where it stands, and in what state: "step 812 · asleep · kept 3 hours ago".
 * @param {Listed} experiment
 * @param {Translator} words of the list
 * @param {number} now milliseconds since 1970
 */
export function standingText({ step, status, kept, kept_at: keptAt, created }, words, now) {
  const [key, date] = keptAt && kept === "yes" ? ["experiments.kept", keptAt] : ["experiments.opened", created];
  return [
    words.text("experiments.step", { step: words.format.count(step) }),
    words.text(`experiments.state.${status}`),
    words.text(key, { when: ago(words.language, date, now) }),
    ...(kept === "yes" ? [] : [words.text(`experiments.unkept.${kept}`)]),
  ].join(" · ");
}

/**
 * Divide a search into what the server looks for and what only the names on this page have: it knows neither the page's titles of
 * data sets nor the words of names that the page makes up.
 *
 * @param {string} text
 * @param {Translator} translator of the page
 * @returns {{sent: string, shown: string[]}} shown: what the name of each experiment found must have
 */
export function searched(text, { dictionary }) {
  const found = (/** @type {string} */ start) => Object.keys(dictionary).filter((key) => key.startsWith(start));
  const has = (/** @type {string} */ key, /** @type {string} */ word) =>
    dictionary[key]
      .replace(/\{\w+\}/g, " ")
      .toLowerCase()
      .includes(word);
  const sent = [];
  const shown = [];
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const data = found("dataset.").filter((key) => has(key, word));
    if (found("name.").some((key) => has(key, word))) shown.push(word);
    else if (data.length === 1) sent.push(data[0].slice("dataset.".length));
    // What several are called, such as MNIST, is in the server's titles too.
    else sent.push(word);
  }
  return { sent: sent.join(" "), shown };
}

/**
 * @param {Listed} experiment
 * @param {string[]} shown from `searched`
 * @param {Translator} translator of the page
 */
export function isNamed(experiment, shown, translator) {
  const name = nameOf(experiment, translator).toLowerCase();
  return shown.every((word) => name.includes(word));
}
