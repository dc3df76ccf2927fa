/**
 * Numbers as text. Exact values are written as the shortest decimal that reads back as the very same float32; all others
 * are rounded for reading, in the page's language.
 */

const MINUS = "\u2212";
/** As many as fit beside an upright axis. */
const MOST_CHARACTERS = 7;

/**
 * @param {number} value a float32
 * @returns {string} for example "−0.1184"; "NaN", "∞" and "−∞" where it is no number
 */
export function exact(value) {
  if (!Number.isFinite(value)) return nonFinite(value);
  // Nine significant digits tell any two float32 apart; most need fewer.
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return pretty(text);
  }
  return pretty(value.toPrecision(9));
}

/**
 * @param {number} value
 * @param {number} digits significant ones
 */
export function significant(value, digits) {
  if (!Number.isFinite(value)) return nonFinite(value);
  return pretty(value.toPrecision(digits));
}

/**
 * A number that changes by little, with as many digits as show it: two of the change's, at most the nine that a float32 has.
 * @param {number} value before or after the change
 * @param {number} change
 */
export function changing(value, change) {
  const place = Math.floor(Math.log10(Math.abs(change))) - 1;
  const digits = Math.floor(Math.log10(Math.abs(value))) - place + 1;
  return significant(value, Number.isFinite(digits) ? Math.min(Math.max(digits, 4), 9) : 4);
}

/** @param {number} value */
function nonFinite(value) {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : `${MINUS}∞`;
}

/**
 * Takes trailing zeros off, writes exponents only where plain digits would be long, and sets a true minus sign.
 * @param {string} text as toPrecision gives it
 */
function pretty(text) {
  const [mantissa, exponent] = text.split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  const written = exponent === undefined ? trimmed : plain(trimmed, Number(exponent));
  return written.replaceAll("-", MINUS);
}

/**
 * @param {string} mantissa
 * @param {number} exponent
 */
function plain(mantissa, exponent) {
  if (exponent < 0 || exponent > 6) return `${mantissa}e${exponent}`;
  const [whole, fraction = ""] = mantissa.split(".");
  return whole + fraction.padEnd(exponent, "0");
}

/**
 * A number of an upright axis, where only so many characters fit.
 * @param {number} value
 * @param {number} increment to the next one
 */
export function placeText(value, increment) {
  const text = value === 0 ? "0" : value.toFixed(decimals(increment));
  const short = text.length <= MOST_CHARACTERS ? text : Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return short.replaceAll("-", MINUS);
}

/**
 * How many tell two neighbours on an axis apart.
 * @param {number} increment
 */
function decimals(increment) {
  const digits = Number(increment.toPrecision(6)).toString();
  const [mantissa, exponent = "0"] = digits.split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

/**
 * Formats in one language. Each formatter is made once: making one costs more than a frame has.
 * @param {string} language
 */
export function numberFormats(language) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const twoDecimals = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  // Four significant digits, so that a loss of 523.4 takes no more room than one of 2.303.
  const loss = [3, 2, 1, 0].map(
    (digits) => new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const axis = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  const wholeShare = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const large = new Intl.NumberFormat(language, { notation: "scientific", maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
  const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  /** @param {Intl.NumberFormat} format */
  const finite = (format) => (/** @type {number} */ value) =>
    Number.isFinite(value) ? format.format(value) : nonFinite(value);
  return {
    /** 12,345 */
    count: finite(whole),
    /** 1.92 */
    epoch: finite(twoDecimals),
    /** 97.0% */
    percent: finite(share),
    /** 20%, for axes */
    wholePercent: finite(wholeShare),
    /** 0.3, for axes; 1E8, 2E-5: there is little room @param {number} value */
    axis: (value) => finite(value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5) ? large : axis)(value),
    /** 2.303, 52.34; 1.2E8 for the losses of a lane that is about to diverge @param {number} value */
    loss: (value) => finite(loss[Math.max(0, Math.floor(Math.log10(value)))] ?? large)(value),
    /** 14:03:22 @param {Date} date */
    time: (date) => time.format(date),
    /** 1.4, 9, 33: for averages of counts */
    few: finite(few),
  };
}

/** @typedef {ReturnType<typeof numberFormats>} NumberFormats */
