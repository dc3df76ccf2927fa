/**
 * Ranges of the charts' axes, their ticks, and labels that don't overlap. Pure.
 *
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("./data.js").ChartData} ChartData
 * @typedef {{fully: number[], ifNear: number[]}} Fitted  lanes that determine the range of an axis, and those that may extend it
 */

/** A collapsed lane is fitted if that makes the axis at most so many times as high. */
const NEAR = 4;
/** The greatest number of decades that are marked. */
const MOST_DECADES = 6;

/**
 * The lanes that determine the range of an axis: those still training, or all if none is.
 * @param {Lane[]} lanes
 */
export function votingLanes(lanes) {
  const all = lanes.map((_, index) => index);
  const training = all.filter((index) => lanes[index].status === "training");
  return training.length > 0 ? training : all;
}

/**
 * The lanes that the charts fit: all that are shown and training, and as far as possible those that have collapsed. If no lane that is
 * shown is training, the collapsed ones count in full, and if there are none either, all.
 * @param {Lane[]} lanes
 * @param {Set<string>} [hidden] ids
 * @returns {Fitted}
 */
export function fittedLanes(lanes, hidden = new Set()) {
  const shown = lanes.flatMap(({ id }, index) => (hidden.has(id) ? [] : [index]));
  const training = shown.filter((index) => lanes[index].status === "training");
  const collapsed = shown.filter((index) => lanes[index].status === "collapsed");
  if (training.length > 0) return { fully: training, ifNear: collapsed };
  return { fully: collapsed.length > 0 ? collapsed : shown, ifNear: [] };
}

/**
 * The range of the vertical axis. Its lower end is the least of all lanes; its upper end the greatest of those that determine it: a
 * lane that shoots up before it diverges or collapses would flatten all others, and leaves the chart at the top instead.
 * @param {Pick<ChartData, "lines" | "points">} data
 * @param {Fitted} fitted
 * @param {"linear" | "log"} scale
 * @returns {[number, number]}
 */
export function valueRange(data, { fully, ifNear }, scale) {
  const ends = data.lines.map((line, lane) => endsOf([line, data.points[lane]]));
  const low = Math.min(...ends.map((one) => one.low));
  const main = Math.max(0, ...fully.map((lane) => ends[lane]?.high ?? 0));
  const high = Math.max(main, ...ifNear.map((lane) => ends[lane]?.high ?? 0).filter((one) => one <= NEAR * main));
  if (high === 0) return scale === "log" ? [0.1, 10] : [0, 3];
  return scale === "log" ? [low / 1.3, high * 1.3] : [0, high * 1.08];
}

/** @param {import("./data.js").Curve[]} curves */
function endsOf(curves) {
  let [low, high] = [Infinity, 0];
  for (const { values } of curves) {
    for (const value of values) {
      if (value === null || value <= 0 || value === Infinity) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high };
}

/**
 * Ticks for a logarithmic axis that stay readable even within one decade; none for a range without logarithms, which a chart just
 * replaced by a linear one may still ask for.
 * @param {number} low above 0
 * @param {number} high
 */
export function logTicks(low, high) {
  if (!(low > 0 && high < Infinity)) return [];
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : decades > 0.5 ? [1, 2, 3, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  // Many decades have room for every second or third only.
  const every = Math.max(1, Math.ceil(decades / MOST_DECADES));
  const ticks = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade += 1) {
    if (decade % every !== 0) continue;
    for (const step of steps) {
      const tick = Number(`${step}e${decade}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * Move overlapping labels apart.
 * @param {number[]} wanted positions
 * @param {number} apart the least distance
 * @param {number} low
 * @param {number} high
 * @returns {number[]} in the order of `wanted`
 */
export function spread(wanted, apart, low, high) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  const placed = [...wanted];
  let floor = low;
  for (const index of order) {
    placed[index] = Math.max(placed[index], floor);
    floor = placed[index] + apart;
  }
  let ceiling = high;
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index], ceiling);
    ceiling = placed[index] - apart;
  }
  return placed;
}
