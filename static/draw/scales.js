import { HeldScale, jointMagnitude, robustMagnitude } from "./scale.js";
import { laneValues } from "./tensors.js";

/**
 * The scales of all layers and quantities of an experiment, and who has a say in them: the lanes that are still
 * training. A lane that has diverged or collapsed is drawn on the others' scale, clipped; on its own it would take the
 * contrast from all.
 *
 * @typedef {import("../types.js").Lane} Lane
 * @typedef {import("../types.js").Quantity} Quantity
 * @typedef {import("../protocol.js").SnapshotFrame} SnapshotFrame
 */

export class Scales {
  /** @param {string[]} layers */
  constructor(layers) {
    this.layers = layers;
    /** @type {Map<string, Record<Quantity, HeldScale>>} */
    this.held = new Map();
    this.clear();
  }

  /** Forgets what has been seen: another run begins. */
  clear() {
    for (const layer of this.layers) {
      this.held.set(layer, { weight: new HeldScale("weight"), gradient: new HeldScale("gradient") });
    }
  }

  /**
   * @param {string} layer
   * @param {Quantity} quantity
   */
  of(layer, quantity) {
    const scales = this.held.get(layer);
    if (!scales) throw new Error(`no scale for layer ${layer}`);
    return scales[quantity];
  }

  /**
   * @param {SnapshotFrame} snapshot
   * @param {Lane[]} lanes
   */
  observe(snapshot, lanes) {
    const asked = votingLanes(lanes);
    const membership = asked.join();
    for (const layer of this.layers) {
      for (const quantity of /** @type {Quantity[]} */ (["weight", "gradient"])) {
        const magnitudes = asked.map((lane) => {
          const values = laneValues(snapshot, layer, quantity, lane);
          return values ? robustMagnitude(values) : 0;
        });
        this.of(layer, quantity).observe(jointMagnitude(magnitudes, quantity), snapshot.step, membership);
      }
    }
  }
}

/**
 * @param {Lane[]} lanes
 * @returns {number[]} the indices of the lanes still training; of all, where none is
 */
export function votingLanes(lanes) {
  const all = lanes.map((_, index) => index);
  const training = all.filter((index) => lanes[index].status === "training");
  return training.length > 0 ? training : all;
}
