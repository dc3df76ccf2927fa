/**
 * Where the labels of a plot's marks stand. Pure.
 */

/**
 * Where a label begins: as near to the middle above its mark's line as no other line allows, which comes from a row above.
 *
 * @param {number} line
 * @param {number} width of the label
 * @param {number[]} others  lines that pass through the label's row
 * @param {{low: number, high: number, gap: number}} room  where labels may be, and how far from a line
 * @returns {number} where there is no place without one, the middle as far as there is room
 */
export function labelStart(line, width, others, { low, high, gap }) {
  const within = (/** @type {number} */ start) => Math.max(low, Math.min(high - width, start));
  const middle = within(line - width / 2);
  const isFree = (/** @type {number} */ start) => others.every((other) => other <= start - gap || other >= start + width + gap);
  const places = [middle, ...others.flatMap((other) => [within(other + gap), within(other - gap - width)])].filter(isFree);
  return places.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? middle;
}
