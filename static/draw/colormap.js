import { REACH } from "../stream/protocol.js";
import { fromOklab, parseHex, toOklab } from "./oklab.js";

/**
 * Numbers to colours. Each quantity and theme has one table of 256 entries: a ramp anchored at zero, with as many steps on each side
 * as there are levels on the wire, and separate colours for values
 * below the scale, above it, and not finite. Negative is always the cool end.
 *
 * Light maps have a light centre and dark ends, dark maps a dark centre and bright ends, because the ends must stand out from the
 * page. No map pairs red with green.
 *
 * What a colour scale shows: values, or changes of them.
 * @typedef {"weight" | "gradient"} Scale
 * @typedef {import("../base/theme.js").Theme} Theme
 * @typedef {import("./oklab.js").Triple} Triple
 *
 * Each arm runs from the shared centre over `middle` and `end` to `beyond`, the colour of clipped values.
 * @typedef {{middle: string, end: string, beyond: string}} Arm
 * @typedef {{negative: Arm, centre: string, positive: Arm, nonFinite: string}} Anchors
 */

export const BELOW = 0;
export const ZERO = 127;
export const ABOVE = 254;
export const NON_FINITE = 255;

/** @type {Record<Theme, Record<Scale, Anchors>>} */
const ANCHORS = {
  light: {
    weight: {
      negative: { middle: "#8fbbdc", end: "#1a64a8", beyond: "#0d3d73" },
      centre: "#f1f2f4",
      positive: { middle: "#ecab7c", end: "#ab4a0a", beyond: "#6f2c00" },
      nonFinite: "#e6007e",
    },
    gradient: {
      negative: { middle: "#cea3c7", end: "#8b3382", beyond: "#5e1158" },
      centre: "#f1f2f4",
      positive: { middle: "#92c9a0", end: "#19743f", beyond: "#0a4f27" },
      nonFinite: "#e6007e",
    },
  },
  dark: {
    weight: {
      negative: { middle: "#2f6796", end: "#7cc0fb", beyond: "#c4e3ff" },
      centre: "#24282d",
      positive: { middle: "#9a5520", end: "#fba55e", beyond: "#ffdcbd" },
      nonFinite: "#ff3d9a",
    },
    gradient: {
      negative: { middle: "#894180", end: "#e69ada", beyond: "#f8d5f2" },
      centre: "#24282d",
      positive: { middle: "#2a7548", end: "#74d592", beyond: "#c2f4cf" },
      nonFinite: "#ff3d9a",
    },
  },
};

/**
 * The table entry for an exact value on a scale from −limit to +limit.
 * @param {number} value
 * @param {number} limit above 0
 * @param {number} [linear] of a symmetric logarithmic scale: up to where it is about linear; 0: the scale is linear
 */
export function colourIndex(value, limit, linear = 0) {
  if (!Number.isFinite(value)) return NON_FINITE;
  if (value > limit) return ABOVE;
  if (value < -limit) return BELOW;
  if (value === 0) return ZERO;
  const share = linear === 0 ? value / limit : (Math.sign(value) * Math.log1p(Math.abs(value) / linear)) / Math.log1p(limit / linear);
  return ZERO + Math.round(share * REACH);
}

/**
 * Write the table entries for levels from the wire, or for exact values.
 * @param {Int8Array | Float32Array} values
 * @param {number} limit of the colour scale; not needed for levels
 * @param {Uint8Array} indices receives the result
 * @param {number} [linear] likewise; see `colourIndex`
 */
export function colourIndices(values, limit, indices, linear = 0) {
  if (values instanceof Int8Array) {
    // The level −128 (not finite) becomes −1, which a Uint8Array stores as 255.
    for (let i = 0; i < values.length; i += 1) indices[i] = values[i] + ZERO;
  } else {
    for (let i = 0; i < values.length; i += 1) indices[i] = colourIndex(values[i], limit, linear);
  }
}

/**
 * @param {Scale} quantity
 * @param {Theme} theme
 * @returns {Triple[]} 256 colours, channels from 0 to 1
 */
export function colourRamp(quantity, theme) {
  const { negative, centre, positive, nonFinite } = ANCHORS[theme][quantity];
  const ramp = Array.from({ length: 256 }, () => parseHex(nonFinite));
  for (let step = 0; step <= REACH; step += 1) {
    ramp[ZERO - step] = along(centre, negative, step / REACH);
    ramp[ZERO + step] = along(centre, positive, step / REACH);
  }
  ramp[BELOW] = parseHex(negative.beyond);
  ramp[ABOVE] = parseHex(positive.beyond);
  return ramp;
}

/**
 * @param {string} centre
 * @param {Arm} arm
 * @param {number} share of the way from the centre (0) to the end (1)
 */
function along(centre, arm, share) {
  const [from, to, part] = share < 0.5 ? [centre, arm.middle, 2 * share] : [arm.middle, arm.end, 2 * share - 1];
  const start = toOklab(parseHex(from));
  const end = toOklab(parseHex(to));
  return fromOklab([start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part, start[2] + (end[2] - start[2]) * part]);
}

/**
 * The ramp as the pixels of an ImageData on a little-endian machine: 0xAABBGGRR.
 * @param {Scale} quantity
 * @param {Theme} theme
 */
export function colourTable(quantity, theme) {
  return Uint32Array.from(colourRamp(quantity, theme), packed);
}

/** @param {Triple} rgb */
function packed(rgb) {
  const [r, g, b] = rgb.map((channel) => Math.round(channel * 255));
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** The colour of a place whose value does not exist yet. @type {Record<Theme, number>} */
export const ABSENT = {
  light: packed(parseHex("#f8f9fa")),
  dark: packed(parseHex("#1d2024")),
};

/** @typedef {Record<Scale, Uint32Array> & {absent: number}} Palette */

/** @param {Theme} theme @returns {Palette} */
export function palette(theme) {
  return {
    weight: colourTable("weight", theme),
    gradient: colourTable("gradient", theme),
    absent: ABSENT[theme],
  };
}
