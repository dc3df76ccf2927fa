/** Learning rates: those that are offered, and those that are typed. Pure. */

const DECADES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/**
 * The menu's rates, with the current one sorted among them.
 * @param {number} current
 */
export function rateChoices(current) {
  return [...new Set([...DECADES, current])].sort((a, b) => a - b);
}

/**
 * Read a typed rate: with a decimal point or comma, or with the full-width digits of a Chinese keyboard.
 * @param {string} typed
 * @returns {number} NaN if it is not a number, or if a comma could separate thousands
 */
export function parseRate(typed) {
  const text = typed.normalize("NFKC").trim();
  if (text === "" || /[1-9]\d*,\d{3}$/.test(text)) return NaN;
  return Number(text.replace(",", "."));
}
