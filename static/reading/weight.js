import { comparison } from "../base/equation.js";
import { significant } from "../base/format.js";
import { ruleText, writeLines } from "../studies/weight/lines.js";
import { WeightMaps } from "../studies/weight/maps.js";
import { cancelled } from "../studies/weight/arithmetic.js";
import { Figure } from "./figure.js";

/**
 * Figures of the selected weight: its update, and the positions that make up its gradient.
 *
 * @typedef {import("../studies/weight/arithmetic.js").OneWeight} OneWeight
 */

const DIGITS = 4;

class WeightFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "weight"];

  /** @override */
  subjects() {
    return this.ofWeight;
  }

  /** @param {OneWeight} weight */
  place({ lane, lane_step: step, weight: { layer, out, in: channel, row, col } }) {
    return { lane, step: this.translator.format.count(step), weight: `${layer} [${[out, channel, row, col].join(", ")}]` };
  }
}

/** W_old − lr · g = W_new, and the gradient checked by experiment. */
export class DescentFigure extends WeightFigure {
  /** @override */
  draw() {
    /** @type {OneWeight | null} */
    const weight = this.found("weight");
    const lane = this.store.experiment?.config.lanes.find(({ id }) => id === weight?.lane);
    if (!weight || !lane) return;
    this.say("where", this.place(weight));
    writeLines(this.part("lines"), weight, lane.optimizer);
    this.part("rule").textContent =
      weight.gradient === null ? this.translator.text("weight.missing.no_step") : ruleText(weight, lane.optimizer, this.translator);
    const proof = weight.origin?.proof;
    const slope = proof?.slope ?? null;
    const tried = slope !== null && weight.gradient !== null ? comparison(slope, weight.gradient) : null;
    this.say(
      "proof",
      proof && tried
        ? {
            slope: tried.value,
            gradient: tried.other,
            difference: tried.difference,
            epsilon: significant(proof.epsilon, 1),
            switches: proof.switches,
          }
        : null,
    );
  }
}

/** What each position of the image that contributes most adds. */
export class SharingFigure extends WeightFigure {
  /** @type {WeightMaps | null} */
  maps = null;

  /** @override */
  draw() {
    /** @type {OneWeight | null} */
    const weight = this.found("weight");
    const origin = weight?.origin;
    this.root.toggleAttribute("data-waiting", !origin);
    this.say("where", weight && this.place(weight));
    if (!weight || !origin) {
      this.say("sum", null);
      this.part("position").textContent = weight?.missing ? this.translator.text(`weight.missing.${weight.missing}`) : "";
      return;
    }
    this.maps ??= new WeightMaps(this.root, this.translator);
    this.maps.show(origin.image);
    const { format } = this.translator;
    // In the same form as on the card.
    const compared = comparison(origin.total ?? NaN, weight.gradient ?? NaN);
    this.say("sum", {
      share: significant(origin.shares[origin.image.index] ?? NaN, DIGITS),
      images: format.count(origin.shares.length),
      positions: format.count(origin.positions),
      total: compared.value,
      gradient: compared.other,
      cancelled: format.percent(cancelled(origin)),
    });
  }
}
