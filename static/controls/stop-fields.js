import { fieldText } from "../base/format.js";

/**
 * The typed conditions for pausing by itself. Pure.
 *
 * @typedef {import("../base/types.js").Stop} Stop
 *
 * @typedef {object} StopFields as typed
 * @property {string} step
 * @property {string} accuracy  per cent
 * @property {boolean} divergence
 *
 * @typedef {{step: "no_step" | "passed" | null, accuracy: "no_percentage" | null}} StopErrors
 */

const MOST_STEPS = 1e9;

/** @param {string} typed */
const plainText = (typed) => typed.normalize("NFKC").replace(/[\s%]/g, "");

/**
 * @param {string} typed
 * @returns {number | null} NaN if it is no step, null if it is empty
 */
export function parseStep(typed) {
  const text = plainText(typed).replace(/^(\d{1,3})((?:,\d{3})+)$/, (all) => all.replaceAll(",", ""));
  if (text === "") return null;
  const step = /^\d+$/.test(text) ? Number(text) : NaN;
  return step >= 1 && step <= MOST_STEPS ? step : NaN;
}

/**
 * Read a percentage as a share. A number below 1 is surely a share typed by mistake.
 * @param {string} typed
 * @returns {number | null} NaN if it is no percentage, null if it is empty
 */
export function parseAccuracy(typed) {
  const text = plainText(typed).replace(",", ".");
  if (text === "") return null;
  const percent = /^\d+(\.\d*)?$/.test(text) ? Number(text) : NaN;
  return percent >= 1 && percent <= 100 ? Number((percent / 100).toPrecision(12)) : NaN;
}

/** @param {Stop} stop @returns {StopFields} */
export function fieldsOf({ step, accuracy, divergence }) {
  return {
    step: step === null ? "" : String(step),
    accuracy: accuracy === null ? "" : fieldText(accuracy * 100),
    divergence,
  };
}

/**
 * @param {StopFields} fields
 * @param {Stop} before  in force; its step may already have passed
 * @param {number} now the last step done
 * @returns {{stop: Stop, errors: null} | {stop: null, errors: StopErrors}}
 */
export function readFields(fields, before, now) {
  const step = parseStep(fields.step);
  const accuracy = parseAccuracy(fields.accuracy);
  const passed = step !== null && step <= now && step !== before.step;
  /** @type {StopErrors} */
  const errors = {
    step: Number.isNaN(step) ? "no_step" : passed ? "passed" : null,
    accuracy: Number.isNaN(accuracy) ? "no_percentage" : null,
  };
  if (errors.step || errors.accuracy) return { stop: null, errors };
  return { stop: { step, accuracy, divergence: fields.divergence }, errors: null };
}
