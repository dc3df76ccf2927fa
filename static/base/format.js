/**
 * Numbers as text. Exact values are written as the shortest decimal that reads back as the very same float32; all others
 * are rounded for reading, in the page's language.
 */

const MINUS = "\u2212";
/** Of a number on an axis; what is longer has an exponent. */
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
 * A learning rate, or another setting, to be read: what a schedule or float64 has put behind the sixth digit is no part of it.
 * @param {number} rate
 */
export function rateText(rate) {
  return significant(rate, 6);
}

/**
 * A setting in a field, where it is typed again: with a plain minus sign, and without the last bits of float64 (0.1 + 0.2).
 * @param {number} value
 */
export function fieldText(value) {
  return String(Number(value.toPrecision(12)));
}

/**
 * What a text of `significant` or `exact` stands for.
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
 * A number on an axis, to its last digit: a label says where it stands, and nothing else. Only what float64 has added is left out.
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
 * Formats in one language. Each formatter is made once: making one costs more than a frame has. What is not 0 is never shown as 0,
 * nor what is less than all as 100%.
 * @param {string} language
 */
export function numberFormats(language) {
  const plain = (/** @type {number} */ digits) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percents = (/** @type {number} */ digits) =>
    new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
  // By the number of decimals: four significant digits, so that a loss of 523.4 takes no more room than one of 2.303.
  const decimals = [0, 1, 2, 3].map(plain);
  const share = [0, 1, 2, 3, 4, 5, 6].map(percents);
  const tick = new Intl.NumberFormat(language, { maximumSignificantDigits: 12 });
  const large = new Intl.NumberFormat(language, { notation: "scientific", maximumFractionDigits: 1 });
  const largeTick = new Intl.NumberFormat(language, { notation: "scientific", maximumSignificantDigits: 12 });
  const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
  /** @param {(value: number) => Intl.NumberFormat} choose */
  const finite = (choose) => (/** @type {number} */ value) =>
    // −0 is 0.
    Number.isFinite(value) ? choose(value).format(value + 0) : nonFinite(value);
  /** @param {number} value @param {number} least decimals of per cent @returns {Intl.NumberFormat} as many as tell it from 0 and from all */
  const telling = (value, least) => {
    const nearest = Math.min(Math.abs(value), Math.abs(1 - value));
    // The first decimal of per cent that isn't rounded away; a float32 may lie a little to this side of a half or that.
    const needed = nearest === 0 ? least : Math.floor(-Math.log10(nearest * 199.9)) + 1;
    return share[Math.min(Math.max(least, needed), share.length - 1)];
  };
  /** A share without what float32 has added: 0.9295 is rounded to the same, whichever way it has come. @param {number} value */
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
    /** 1.92, 0.0064; an epoch that isn't over is never rounded up to one that is @param {number} value */
    epoch: (value) =>
      finite((part) => (part > 0 && part < 0.01 ? few : decimals[2]))(value < 0.01 ? value : Math.floor(value * 100 + 1e-6) / 100),
    /** 97.0%; 99.95% and 0.02% where one decimal would make them all or nothing @param {number} value */
    percent: (value) => finite((part) => telling(part, 1))(asCounted(value)),
    /** 20%; 99.6% where it would be rounded to all @param {number} value */
    wholePercent: (value) => finite((part) => telling(part, 0))(asCounted(value)),
    /** A place on an axis, to its last digit: 0.3, 12.5; 1.25E8, 2E-5: there is little room @param {number} value */
    axis: (value) => finite((place) => (place !== 0 && (Math.abs(place) < 1e-4 || Math.abs(place) >= 1e5) ? largeTick : tick))(value),
    /** A share on an axis, to its last digit @param {number} value */
    axisPercent: (value) => finite((place) => share[Math.min(share.length - 1, fractionDigits(place * 100))])(value),
    /** 2.303, 52.34, 0.0046; 1.2E8 for the losses of a lane that is about to diverge, 4.6E-5 for one that has learned its images @param {number} value */
    loss: finite(lossFormat),
    /** 14:03:22 @param {Date} date */
    time: (date) => time.format(date),
    /** 1.4, 9, 33: for averages of counts */
    few: finite(() => few),
  };
}

/** How many decimals a number has, but for float64's last bits. @param {number} value */
function fractionDigits(value) {
  const [mantissa, exponent = "0"] = Number(value.toPrecision(12)).toString().split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** @typedef {ReturnType<typeof numberFormats>} NumberFormats */
