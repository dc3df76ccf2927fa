/**
 * Numbers as text. Exact values are written as the shortest decimal that reads back as the very same float32; all others
 * are rounded for reading, in the page's language.
 */

const MINUS = "\u2212";

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
    /** 0.3, for axes */
    axis: finite(axis),
    /** 2.303, 52.34; 1.2E8 for the losses of a lane that is about to diverge @param {number} value */
    loss: (value) => finite(loss[Math.max(0, Math.floor(Math.log10(value)))] ?? large)(value),
    /** 14:03:22 @param {Date} date */
    time: (date) => time.format(date),
    /** 1.4, 9, 33: for averages of counts */
    few: finite(few),
  };
}

/** @typedef {ReturnType<typeof numberFormats>} NumberFormats */
