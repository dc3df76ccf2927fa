import { find, part, write } from "../../base/dom.js";
import { comparison, equation } from "../../base/equation.js";
import { readNumber, significant } from "../../base/format.js";
import { isOf, weightOf } from "../../state/selection.js";
import { cancelled, ranked } from "./arithmetic.js";
import { ChannelChoice } from "../../board/channel-choice.js";
import { channelText } from "../../state/description.js";
import { StudyCard } from "../card.js";
import { WeightChoice } from "./choice-view.js";
import { WeightEdit } from "./edit.js";
import { KernelChoice } from "./kernel.js";
import { WeightLife } from "./life-view.js";
import { ruleText, writeLines } from "./lines.js";
import { WeightMaps } from "./maps.js";
import { WorksheetOpening } from "./opening.js";

/**
 * One weight: how it was updated, where its gradient came from, the proof by experiment, and its life.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("./arithmetic.js").OneWeight} Weight
 * @typedef {import("./arithmetic.js").WeightOrigin} Origin
 */

const DIGITS = 4;
/** The least time between two pictures of the kernel while it trains. */
const PAINTED_MS = 100;
/** Two sums of the same products, in float32 and in float64, differ by less than this share of the summed magnitudes. */
const ROUNDING = 1e-5;

export class OneWeightCard extends StudyCard {
  /** @override */
  kinds = ["weight", "life"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("one-weight", page);
    const { store, selection, translator, playhead, session, view } = page;
    /** The image of the batch whose maps are shown; null: the one that contributes most. @type {number | null} */
    this.image = null;
    const { root } = this;
    this.parts = Object.fromEntries(
      ["index", "lines", "rule", "missing", "origin", "image", "of-image", "added", "total", "used", "difference", "sharing", "proof"].map(
        (name) => [name, part(root, name)],
      ),
    );
    this.choice = new WeightChoice(root, store, selection, translator, (layer, filter) => view.reveal(layer, filter));
    this.kernel = new KernelChoice(root, page);
    this.channels = new ChannelChoice(root, page);
    this.maps = new WeightMaps(root, translator);
    this.life = new WeightLife(root, translator, playhead);
    this.edit = new WeightEdit(root, translator, (command) =>
      session.send({ ...command, ...(command.type === "set_weight" ? this.#place() : {}) }),
    );
    for (const [name, by] of /** @type {const} */ ([
      ["previous", -1],
      ["next", 1],
    ])) {
      find(root, `button[value="${name}"]`, HTMLButtonElement).addEventListener("click", () => this.#turn(by));
    }
    this.sheets = new WorksheetOpening(root, page);
    const kernel = page.loop.task(() => this.#paint(), { interval: PAINTED_MS });
    store.on("snapshot", () => kernel.invalidate());
    new ResizeObserver(() => this.draw()).observe(part(root, "body"));
  }

  /**
   * @override
   * @param {boolean} settable
   */
  offer(settable) {
    this.edit.update(this.store.experiment, settable);
  }

  /**
   * Show a refusal.
   * @param {string} message
   * @param {string} about the type of the message
   * @returns {boolean} whether it is shown here
   */
  refused(message, about) {
    if (about === "set_weight") return this.edit.refused(message);
    if (about !== "want") return false;
    // The server knows no such weight.
    this.choice.complain(null, message);
    return this.isShown;
  }

  /** @override */
  retheme() {
    this.#paint();
    this.maps.draw();
    this.life.retheme();
  }

  /** Paint the kernel of which it is one weight. */
  #paint() {
    const lane = this.store.experiment?.lanes.findIndex(({ id }) => id === this.laneChoice.lane) ?? -1;
    if (this.isShown && lane >= 0) this.kernel.draw(lane);
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    this.channels.update();
    this.#paint();
    /** @type {Weight | null} */
    const weight = this.found("weight");
    /** @type {import("../../state/life.js").Life | null} */
    const life = this.found("life");
    const { current } = this.selection;
    const other = weight !== null && current !== null && !isOf(weight.weight, current);
    this.date(weight, other);
    if (!weight || !current) return;
    const { layer, out, in: channel, row, col } = weight.weight;
    write(
      this.parts.index,
      this.translator.text("weight.index", { layer, index: [out, channel, row, col].join(", "), value: significant(weight.now, DIGITS) }),
    );
    this.#arithmetic(weight);
    this.#origin(weight, channelText(this.store.experiment?.layers, layer, weight.weight, this.translator));
    this.sheets.offer(weight, !this.root.hasAttribute("data-stale"));
    if (life && !other && isOf(life.weight, current)) this.life.draw(life);
    const lane = this.store.experiment?.config.lanes.find(({ id }) => id === weight.lane);
    if (lane) this.edit.show(weight, other, lane.optimizer);
  }

  /** The selected weight, in the lane of the card. */
  #place() {
    const { current } = this.selection;
    const { lane } = this.laneChoice;
    return current && lane !== null ? { lane, weight: weightOf(current) } : null;
  }

  /** @override */
  ask() {
    this.choice.update();
    super.ask();
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    if (!current) return [];
    const weight = weightOf(current);
    return [
      { kind: "weight", lane, weight, image: this.image },
      { kind: "life", weight },
    ];
  }

  /** @param {Weight} weight */
  #arithmetic(weight) {
    const lane = this.store.experiment?.config.lanes.find(({ id }) => id === weight.lane);
    if (!lane) return;
    writeLines(this.parts.lines, weight, lane.optimizer);
    write(this.parts.rule, weight.gradient === null ? "" : ruleText(weight, lane.optimizer, this.translator));
    write(this.parts.missing, weight.missing ? this.text(`weight.missing.${weight.missing}`) : "");
  }

  /**
   * @param {Weight} weight
   * @param {string} channel
   */
  #origin({ origin, gradient, weight: { out } }, channel) {
    const { text, parts } = this;
    parts.origin.hidden = origin === null;
    if (!origin || gradient === null) return;
    const { format } = this.translator;
    const { index } = origin.image;
    const place = ranked(origin.shares).indexOf(index);
    const share = origin.shares[index] ?? NaN;
    this.root.dataset.image = String(index);
    write(
      parts.image,
      text("weight.image", {
        number: format.count(index + 1),
        count: format.count(origin.shares.length),
        class: this.store.experiment?.dataset.classes[origin.labels[index]] ?? "",
        rank: format.count(place + 1),
      }),
    );
    write(find(this.root, "[data-map=sensitivity] [data-part=name]", HTMLElement), text("weight.map.sensitivity", { out }));
    write(find(this.root, "[data-map=seen] [data-part=name]", HTMLElement), text("weight.map.seen", { channel }));
    this.maps.show(origin.image);
    write(parts["of-image"], significant(share, DIGITS + 2));
    write(parts.added, `Σ = ${significant(share, DIGITS)}`);
    const sums = comparison(origin.total ?? NaN, gradient);
    write(parts.total, sums.value);
    write(parts.used, sums.other);
    write(parts.difference, sums.difference);
    const difference = (origin.total ?? NaN) - gradient;
    const said = (origin.positive.sum ?? NaN) - (origin.negative.sum ?? NaN);
    parts.difference.toggleAttribute("data-equal", Math.abs(difference) <= ROUNDING * said);
    write(
      parts.sharing,
      text(said === 0 ? "weight.sharing.none" : "weight.sharing", {
        positions: format.count(origin.positions),
        images: format.count(origin.shares.length),
        positive: format.count(origin.positive.count),
        plus: significant(origin.positive.sum ?? NaN, 3),
        negative: format.count(origin.negative.count),
        minus: significant(origin.negative.sum ?? NaN, 3),
        cancelled: format.percent(cancelled(origin)),
      }),
    );
    write(parts.proof, this.#proof(origin, gradient, sums.other));
  }

  /**
   * @param {Origin} origin
   * @param {number} gradient
   * @param {string} shown the gradient as shown above
   */
  #proof({ proof }, gradient, shown) {
    const { text } = this;
    if (!proof) return text("weight.proof.pending");
    const slope = proof.slope ?? NaN;
    const { terms, sign, result } = equation([slope], (one) => one - readNumber(shown), slope - gradient, {
      digits: 2,
      from: DIGITS + 2,
      most: 12,
    });
    const values = {
      slope: terms[0],
      epsilon: significant(proof.epsilon, 1),
      difference: sign === "=" ? result : `≈ ${result}`,
      n: this.translator.format.count(proof.switches),
    };
    return text(proof.switches > 0 ? "weight.proof.switches" : "weight.proof.agrees", values);
  }

  /** @param {number} by places in the order of contribution */
  #turn(by) {
    /** @type {Weight | null} */
    const weight = this.found("weight");
    if (!weight?.origin) return;
    const order = ranked(weight.origin.shares);
    const place = order.indexOf(weight.origin.image.index) + by;
    this.image = order[(place + order.length) % order.length];
    this.ask();
  }
}
