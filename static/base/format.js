/**
 * Numbers as text. Exact values are the shortest decimal that reads back as the same float32; all others are rounded for reading, in
 * the page's language.
 */

const MINUS = "\u2212";
/** The longest number on an axis that is written without an exponent. */
const MOST_CHARACTERS = 7;

/**
 * Write a float32 so that it reads back as the same float32.
 * @param {number} value
 * @returns {string} for example "−0.1184"; "NaN",
 * "∞" or "−∞" if it isn't finite
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

/** * Round a number to a count of significant digits. * @param {number} value * @param {number} digits */
export function significant(value, digits) {
  if (!Number.isFinite(value)) return nonFinite(value);
  return pretty(value.toPrecision(digits));
}

/**
 * Write a learning rate, or another setting, for reading. Digits after the sixth come from a schedule or from float64.
 * @param {number} rate
 */
export function rateText(rate) {
  return significant(rate, 6);
}

/**
 * Write what is filled into a sentence as it is: a number without float64's last bits.
 * @param {string | number} value
 */
export function valueText(value) {
  return typeof value === "string" || Number.isInteger(value) ? String(value) : rateText(value);
}

/**
 * Write a setting for an input field: with a hyphen as minus, and without float64's last bits (0.1 + 0.2).
 * @param {number} value
 */
export function fieldText(value) {
  return String(Number(value.toPrecision(12)));
}

/**
 * Read a text of `significant` or `exact` as a number.
 * @param {string} text
 */
export function readNumber(text) {
  return Number(text.replaceAll(MINUS, "-").replace("∞", "Infinity"));
}

/** @param {number} value */
function nonFinite(value) {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : `${MINUS}∞`;
}

/**
 * Drop trailing zeros, use an exponent only where plain digits would be long, and set a true minus sign.
 * @param {string} text from toPrecision
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
 * Write a number on an axis to its last digit, without float64's rounding error: a label marks an exact place.
 * @param {number} place
 */
export function placeText(place) {
  const value = Number(place.toPrecision(12)) + 0;
  const text = value.toString();
  const short = text.length <= MOST_CHARACTERS && !text.includes("e") ? text : value.toExponential();
  const written = short.length < text.length ? short : text;
  return written.replace("e+", "e").replaceAll("-", MINUS);
}

/**
 * About how wide a text is, in characters of a Latin script; those of Chinese and Japanese are twice as wide.
 * @param {string} text
 */
export function widthOf(text) {
  return [...text].reduce((width, sign) => width + (sign < "\u1100" ? 1 : 2), 0);
}

/**
 * Number formats of one language. Each formatter is made once, because making one takes longer than a frame. A value other than 0 is
 * never shown as 0, and a share below 1 never as 100%.
 * @param {string} language
 */
export function numberFormats(language) {
  const plain = (/** @type {number} */ digits) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percents = (/** @type {number} */ digits) =>
    new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
  // By the number of decimals: four significant digits, so that 523.4 is no wider than 2.303.
  const decimals = [0, 1, 2, 3].map(plain);
  const share = [0, 1, 2, 3, 4, 5, 6].map(percents);
  const tick = new Intl.NumberFormat(language, { maximumSignificantDigits: 12 });
  const large = new Intl.NumberFormat(language, { notation: "scientific", maximumFractionDigits: 1 });
  const largeTick = new Intl.NumberFormat(language, { notation: "scientific", maximumSignificantDigits: 12 });
  const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
  /** @param {(value: number) => Intl.NumberFormat} choose */
  const finite = (choose) => (/** @type {number} */ value) =>
    // Adding 0 turns −0 into 0.
    Number.isFinite(value) ? choose(value).format(value + 0) : nonFinite(value);
  /**
   * @param {number} value
   * @param {number} least decimals of a percentage
   * @returns {Intl.NumberFormat} with enough of them to tell it from 0% and 100%
   */
  const telling = (value, least) => {
    const nearest = Math.min(Math.abs(value), Math.abs(1 - value));
    // The first decimal of the percentage that isn't rounded away; a float32 may lie slightly above or below a half.
    const needed = nearest === 0 ? least : Math.floor(-Math.log10(nearest * 199.9)) + 1;
    return share[Math.min(Math.max(least, needed), share.length - 1)];
  };
  /** A share without float32's rounding error, so that 0.9295 always rounds the same way. @param {number} value */
  const asCounted = (value) => {
    const short = Number(value.toPrecision(7));
    return short === 1 ? value : short;
  };
  /** @param {number} value */
  const lossFormat = (value) => {
    if (value === 0) return decimals[3];
    if (Math.abs(value) < 0.01) return Math.abs(value) < 1e-4 ? large : few;
    return decimals[3 - Math.max(0, Math.floor(Math.log10(Math.abs(value))))] ?? large;
  };
  return {
    /** 12,345 */
    count: finite(() => decimals[0]),
    /** 1.92, 0.0064; never rounded up to an epoch that isn't complete @param {number} value */
    epoch: (value) =>
      finite((part) => (part > 0 && part < 0.01 ? few : decimals[2]))(value < 0.01 ? value : Math.floor(value * 100 + 1e-6) / 100),
    /** 97.0%; 99.95% and 0.02% where one decimal would give 100% or 0% @param {number} value */
    percent: (value) => finite((part) => telling(part, 1))(asCounted(value)),
    /** 20%; 99.6% where it would round to 100% @param {number} value */
    wholePercent: (value) => finite((part) => telling(part, 0))(asCounted(value)),
    /** A place on an axis, to its last digit: 0.3, 12.5; 1.25E8, 2E-5 to save room @param {number} value */
    axis: (value) => finite((place) => (place !== 0 && (Math.abs(place) < 1e-4 || Math.abs(place) >= 1e5) ? largeTick : tick))(value),
    /** A share on an axis, to its last digit @param {number} value */
    axisPercent: (value) => finite((place) => share[Math.min(share.length - 1, fractionDigits(place * 100))])(value),
    /** 2.303, 52.34, 0.0046; 1.2E8 for a lane about to diverge, 4.6E-5 for one that has fitted its images @param {number} value */
    loss: finite(lossFormat),
    /** 14:03:22 @param {Date} date */
    time: (date) => time.format(date),
    /** 1.4, 9, 33: for averages of counts */
    few: finite(() => few),
  };
}

/** Count the decimals of a number, ignoring float64's last bits. @param {number} value */
function fractionDigits(value) {
  const [mantissa, exponent = "0"] = Number(value.toPrecision(12)).toString().split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** @typedef {ReturnType<typeof numberFormats>} NumberFormats */
