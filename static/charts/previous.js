import { placing } from "./axis.js";
import { fittedLanes } from "./scale.js";

/**
 * The run before the present one, whose curves stay as pale lines behind the new ones until they are dismissed.
 *
 * @typedef {import("../base/types.js").Lane} Lane
 * @typedef {import("../stream/series.js").Series} Series
 *
 * @typedef {object} Behind
 * @property {Series} series
 * @property {(string | null)[]} ids  of its lanes; null: one that is not drawn
 * @property {import("./scale.js").Fitted} fitted
 * @property {(step: number) => number} placeOf
 */

export class PreviousRun {
  constructor() {
    /** The present run, as it was last seen. @type {Series | null} */
    this.present = null;
    /** @type {Lane[]} */
    this.lanes = [];
    /** @type {Series | null} */
    this.series = null;
    /** @type {(string | null)[]} */
    this.ids = [];
    /** @type {import("./scale.js").Fitted} */
    this.fitted = { fully: [], ifNear: [] };
    /** Whether the new run has been compared with it. */
    this.compared = false;
  }

  /**
   * Note the present lanes, in case another run begins.
   * @param {Lane[]} lanes
   */
  describe(lanes) {
    this.lanes = lanes;
  }

  /**
   * Keep the run that has just ended, if it has made a step.
   * @param {Series} series of the run that begins; a history that is only loaded again is the same run
   */
  begin(series) {
    const before = this.present;
    this.present = series;
    if (!before || before.run === series.run || before.lastStep === 0) return;
    this.series = before;
    this.ids = this.lanes.map(({ id }) => id);
    this.fitted = fittedLanes(this.lanes);
    this.compared = false;
  }

  dismiss() {
    this.series = null;
  }

  /**
   * What is drawn behind the present run; null: nothing.
   * @param {string[]} lanes the present ones
   * @param {import("./axis.js").AxisName} axis
   * @param {import("./axis.js").Sizes} sizes
   * @returns {Behind | null}
   */
  behind(lanes, axis, sizes) {
    const { series, present, fitted } = this;
    if (!series || !present) return null;
    if (!this.compared && present.lastStep > 0) {
      this.compared = true;
      this.ids = withoutContinued(this.ids, series, lanes, present);
    }
    const ids = this.ids.map((id) => (id !== null && lanes.includes(id) ? id : null));
    if (this.ids.every((id) => id === null)) return null;
    const here = (/** @type {number} */ lane) => ids[lane] !== null;
    const shown = { fully: fitted.fully.filter(here), ifNear: fitted.ifNear.filter(here) };
    return { series, ids, fitted: shown, placeOf: placing(axis, series, sizes) };
  }
}

/**
 * Leave out the lanes that the new run has continued: their lines would lie exactly under the new ones. A run that only repeats the
 * same steps hasn't come as far yet when its first scalars arrive.
 * @param {(string | null)[]} ids
 * @param {Series} before
 * @param {string[]} lanes
 * @param {Series} now
 */
function withoutContinued(ids, before, lanes, now) {
  const { lastStep } = before;
  if (now.lastStep < lastStep) return ids;
  return ids.map((id, lane) => {
    const place = id === null ? -1 : lanes.indexOf(id);
    const same = place >= 0 && Object.is(now.at("loss", lastStep, place), before.at("loss", lastStep, lane));
    return same ? null : id;
  });
}
