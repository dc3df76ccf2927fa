import { significant } from "../base/format.js";
import { valuesOf } from "./tensors.js";

/**
 * How oriented filters are, and in which direction, as the server measures it (server/kernelscope/studies/kernel_measures.py). Pure.
 *
 * `strength`: from 0, no direction preferred, to 1. `angle`: of the edge or line that it responds to, in degrees, counter-clockwise from the
 * horizontal. NaN where it has none.
 * @typedef {{strength: number, angle: number}} Orientation
 */

const DIGITS = 2;
/** The fewest and the most rows and columns of a kernel that is measured. */
const SMALLEST = 3;
const LARGEST = 16;

/**
 * Whether kernels of this size are measured.
 * @param {{rows: number, cols: number}} size
 */
export function isMeasured({ rows, cols }) {
  return Math.min(rows, cols) >= SMALLEST && Math.max(rows, cols) <= LARGEST;
}

/**
 * Of each filter of a conv layer, with the weights of the snapshot.
 * @param {import("../stream/protocol.js").SnapshotFrame} snapshot
 * @param {string} layer
 * @param {number} lane
 * @returns {Orientation[]} none if the snapshot doesn't have them
 */
export function orientationsOf({ tensors }, layer, lane) {
  const pairs = valuesOf(tensors.get(`oriented/${layer}`), lane) ?? [];
  return Array.from({ length: pairs.length / 2 }, (_, out) => ({ strength: pairs[2 * out], angle: pairs[2 * out + 1] }));
}

/**
 * The ends of a filter's polar mark in a circle of radius 1, y downwards: a line along its orientation, as long as that is strong.
 * @param {Orientation} orientation
 * @returns {{x: number, y: number} | null} one end; the other is opposite; null: it has no orientation
 */
export function polarMark({ strength, angle }) {
  if (!isOriented({ strength, angle })) return null;
  const radians = (angle * Math.PI) / 180;
  return { x: strength * Math.cos(radians) + 0, y: -strength * Math.sin(radians) + 0 };
}

/** @param {Orientation} orientation */
export function isOriented({ strength, angle }) {
  return Number.isFinite(strength) && Number.isFinite(angle);
}

/**
 * In a few characters.
 * @param {Orientation} orientation
 */
export function orientationText(orientation) {
  const { strength, angle } = orientation;
  if (!Number.isFinite(strength)) return "–";
  return isOriented(orientation) ? `${significant(strength, DIGITS)} · ${degrees(angle)}°` : significant(strength, DIGITS);
}

/**
 * In whole degrees, from 0 up to 180.
 * @param {number} angle
 */
export const degrees = (angle) => Math.round(angle) % 180;
