/**
 * The range of a colour scale, held in time. One scale serves one quantity of one layer in all lanes, from −limit to
 * +limit. It grows as soon as values clearly leave it and shrinks only when it has long been clearly too wide, so that
 * a colour keeps its meaning from frame to frame and growth is seen as growth. Counted in snapshots, not in time: the
 * same run, stepped by hand or at full speed, is judged alike.
 *
 * @typedef {import("../types.js").Quantity} Quantity
 */

const STEPS_OF_A_DECADE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
const PERCENTILE = 0.995;
/**
 * Up to so many times the limit values are merely clipped. Weights move slowly, so what is beyond is there to stay;
 * gradients jump from batch to batch, and a scale that followed each jump would never stand still.
 */
const GROW_ABOVE = { weight: 1.1, gradient: 2 };
/** Where nearly all recent values stay below this share of the limit, the scale is too wide. */
const SHRINK_BELOW = 0.5;
/** How many snapshots "recent" means: a second and a half at full rate. */
const RECENT = 45;
/** How many of them "nearly all" means: a lone outlier shall not hold the scale open. */
const NEARLY_ALL = 0.9;
/** How far a lane's gradients may outgrow those of the quietest lane before they are clipped. */
const GRADIENT_SPREAD = 3;

/**
 * The smallest number with at most two significant digits, from a short list, that is not below the value.
 * @param {number} value above 0
 */
export function niceCeiling(value) {
  const decade = Math.floor(Math.log10(value));
  for (const step of STEPS_OF_A_DECADE) {
    // Through text, because 3 * 10 ** -2 is not the number that 0.03 names.
    const candidate = Number(`${step}e${decade}`);
    if (candidate >= value) return candidate;
  }
  return Number(`1e${decade + 1}`);
}

/**
 * The 99.5th percentile of the magnitudes of the finite values; 0 where there are none.
 * @param {ArrayLike<number>} values
 */
export function robustMagnitude(values) {
  const magnitudes = new Float32Array(values.length);
  let finite = 0;
  for (let i = 0; i < values.length; i += 1) {
    const magnitude = Math.abs(values[i]);
    if (magnitude < Infinity) magnitudes[finite++] = magnitude;
  }
  if (finite === 0) return 0;
  const sorted = magnitudes.subarray(0, finite).sort();
  return sorted[Math.ceil(PERCENTILE * finite) - 1];
}

/**
 * One magnitude for all lanes. Weights: the largest, since a clipped weight is a detector not seen. Gradients: the
 * largest too, but not so far above the quietest lane that its gradients would fade; a clipped gradient still shows its
 * sign and its place. Lanes without any magnitude (gradients of zero) have no say.
 * @param {number[]} magnitudes one a lane
 * @param {Quantity} quantity
 */
export function jointMagnitude(magnitudes, quantity) {
  const present = magnitudes.filter((magnitude) => magnitude > 0);
  if (present.length === 0) return 0;
  const largest = Math.max(...present);
  return quantity === "weight" ? largest : Math.min(largest, GRADIENT_SPREAD * Math.min(...present));
}

export class HeldScale {
  /** @param {Quantity} quantity */
  constructor(quantity) {
    this.growAbove = GROW_ABOVE[quantity];
    /** 0 until something has been observed. */
    this.limit = 0;
    /** The step at which the range was last set. */
    this.setAt = 0;
    /** @type {number[]} */
    this.recent = [];
    this.membership = "";
  }

  /**
   * @param {number} magnitude as jointMagnitude gives it
   * @param {number} step
   * @param {string} [membership] names the lanes that were asked; when others are asked the past counts no longer
   * @returns {boolean} whether the range has changed
   */
  observe(magnitude, step, membership = "") {
    const sameLanes = membership === this.membership;
    this.membership = membership;
    if (!(magnitude > 0)) return false;
    if (!sameLanes) this.recent = [];
    if (this.limit === 0 || magnitude > this.growAbove * this.limit) return this.#set(magnitude, step);
    if (!sameLanes && magnitude < SHRINK_BELOW * this.limit) return this.#set(magnitude, step);
    this.recent.push(magnitude);
    if (this.recent.length < RECENT) return false;
    const usual = this.recent.toSorted((a, b) => a - b)[Math.floor(NEARLY_ALL * RECENT)];
    this.recent.shift();
    return usual < SHRINK_BELOW * this.limit && this.#set(usual, step);
  }

  /**
   * @param {number} magnitude
   * @param {number} step
   */
  #set(magnitude, step) {
    this.recent = [];
    const limit = niceCeiling(magnitude);
    if (limit === this.limit) return false;
    this.limit = limit;
    this.setAt = step;
    return true;
  }
}
