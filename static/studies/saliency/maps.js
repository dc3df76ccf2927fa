import { find, part, stamp, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { Legend } from "../../board/layer-card.js";
import { ofLane } from "../../draw/lane-style.js";
import { heldLimit, Maps, reach } from "../../draw/maps.js";
import { summed } from "../../state/input-gradient.js";
import { percentText } from "../../state/predictions.js";
import { unpack } from "../../stream/packed.js";
import { lowered } from "./reading.js";

/**
 * One of the pictures of saliency, in every lane on one scale.
 *
 * @typedef {import("./reading.js").Saliency} Saliency
 * @typedef {"loss" | "gradient" | "product" | "occlusion"} Kind
 *
 * @typedef {{root: HTMLElement, frame: HTMLElement, maps: Maps}} Figure  that of a lane
 *
 * @typedef {object} Pointed  a place in a map
 * @property {Kind} kind
 * @property {string} lane
 * @property {number} row
 * @property {number} col
 * @property {{x: number, y: number}} at in the window
 * @property {{top: number, bottom: number}} stretch of the map
 */

export const DIGITS = 3;

export class MapRow {
  /**
   * @param {Kind} kind
   * @param {string[]} lanes
   * @param {number[]} shape of an image
   * @param {import("../../page/page.js").Page} page
   */
  constructor(kind, lanes, [channels, rows, cols], page) {
    this.kind = kind;
    this.page = page;
    this.size = { channels, rows, cols };
    const { translator } = page;
    this.root = stamp("saliency-row");
    this.root.title = translator.text(`saliency.about.${kind}`);
    write(part(this.root, "name"), translator.text(`saliency.kind.${kind}`));
    this.what = part(this.root, "what");
    write(this.what, translator.text(`saliency.what.${kind}`, { side: "–", stride: "–", fill: "–" }));
    // In the colours of what changes.
    this.legend = new Legend("update", translator, translator.text(kind === "loss" ? "saliency.legend.loss" : "saliency.legend"));
    part(this.root, "head").append(this.legend.root);
    this.limit = 0;
    /** What is drawn of each lane. @type {Map<string, Saliency>} */
    this.found = new Map();
    /** The pixels of the image that one place covers, along a side. */
    this.stride = 1;
    /** @type {(pointed: Pointed | null) => void} */
    this.pointed = () => {};
    this.figures = Object.fromEntries(lanes.map((lane) => [lane, this.#figure(lane)]));
    part(this.root, "lanes").append(...Object.values(this.figures).map(({ root }) => root));
  }

  /** @param {(pointed: Pointed | null) => void} listener called as the pointer moves over the maps */
  onPoint(listener) {
    this.pointed = listener;
  }

  /** @param {string} lane @returns {Figure} */
  #figure(lane) {
    const root = ofLane("saliency-map", lane);
    const frame = part(root, "frame");
    frame.style.aspectRatio = `${this.size.cols} / ${this.size.rows}`;
    const canvas = find(root, "canvas", HTMLCanvasElement);
    canvas.dataset.kind = this.kind;
    canvas.setAttribute("aria-label", this.page.translator.text(`saliency.map.${this.kind}`, { lane }));
    for (const type of /** @type {const} */ (["pointermove", "pointerdown"])) {
      canvas.addEventListener(type, (event) => this.#point(event, lane, canvas));
    }
    canvas.addEventListener("pointerleave", () => this.pointed(null));
    return { root, frame, maps: new Maps(canvas) };
  }

  /** Rows and columns of a map. */
  get places() {
    const [rows, cols] = [this.size.rows, this.size.cols].map((length) => Math.ceil(length / this.stride));
    return { rows, cols };
  }

  /** @param {Map<string, Saliency>} found of each lane */
  paint(found) {
    this.found = found;
    const lanes = Object.entries(this.figures).flatMap(([lane, figure]) => {
      const one = found.get(lane);
      return one ? [{ one, figure, step: one.step, values: valuesOf(this.kind, one) }] : [];
    });
    if (lanes.length === 0) return;
    if (this.kind === "occlusion") {
      const { side, stride, fill } = lanes[0].one.occlusion;
      this.stride = stride;
      const colour = fill.map((value) => significant(value, 2)).join(", ");
      write(this.what, this.page.translator.text("saliency.what.occlusion", { side, stride, fill: colour }));
    }
    this.draw(lanes);
  }

  /**
   * Draw maps on one scale.
   * @param {{figure: Figure, step: number, values: Float32Array}[]} lanes
   */
  draw(lanes) {
    if (lanes.length === 0) return;
    const { palette } = this.page.colours;
    const limit = heldLimit(this.limit, reach(lanes.flatMap(({ values }) => reach(values.filter(Number.isFinite)))));
    const setAt = Math.max(...lanes.map(({ step }) => step));
    if (limit !== this.limit) this.legend.update({ kind: "shared", limit, linear: 0, setAt });
    this.limit = limit;
    this.legend.paint(palette);
    for (const { figure, values } of lanes) {
      const cell = (figure.frame.clientWidth / this.size.cols) * this.stride;
      if (cell > 0) figure.maps.paint(values, this.places, { across: 1, cell }, palette.gradient, limit);
    }
  }

  /**
   * The numbers at a place of the map.
   * @param {string} lane
   * @param {number} row
   * @param {number} col
   * @returns {string | null} null: they have not come
   */
  valueAt(lane, row, col) {
    const { translator } = this.page;
    const found = this.found.get(lane);
    if (!found) return null;
    const at = row * this.places.cols + col;
    if (this.kind === "occlusion") {
      const { logits, probabilities } = found.occlusion;
      const [logit, probability] = [logits, probabilities].map((packed) => unpack(packed)[at]);
      const text = (/** @type {number | null} */ value) => (value === null ? "–" : percentText(value, translator.format));
      const numbers = {
        before: significant(found.logit ?? NaN, DIGITS),
        after: significant(logit, DIGITS),
        was: text(found.probability),
        is: Number.isFinite(probability) ? text(probability) : "–",
      };
      return translator.text("saliency.covered", numbers);
    }
    if (this.kind === "product") return significant(unpack(found.product)[at], DIGITS);
    return channelsText(unpack(found.gradient), this.size, row, col);
  }

  /**
   * @param {PointerEvent} event
   * @param {string} lane
   * @param {HTMLCanvasElement} canvas
   */
  #point({ offsetX, offsetY, clientX: x, clientY: y }, lane, canvas) {
    const box = canvas.getBoundingClientRect();
    const { rows, cols } = this.places;
    const [row, col] = [Math.floor((offsetY / box.height) * rows), Math.floor((offsetX / box.width) * cols)];
    const isInside = row >= 0 && col >= 0 && row < rows && col < cols;
    const { kind } = this;
    this.pointed(isInside ? { kind, lane, row, col, at: { x, y }, stretch: { top: box.top, bottom: box.bottom } } : null);
  }
}

/**
 * The sum over the channels at a pixel, and of colours each of them.
 * @param {Float32Array} values [channel, row, col]
 * @param {{channels: number, rows: number, cols: number}} size
 * @param {number} row
 * @param {number} col
 */
export function channelsText(values, { channels, rows, cols }, row, col) {
  const sum = significant(summed(values, channels)[row * cols + col], DIGITS);
  const each = Array.from({ length: channels }, (_, channel) => significant(values[(channel * rows + row) * cols + col], 2));
  return channels === 1 ? sum : `${sum} (${each.join(", ")})`;
}

/**
 * The values of a map: above 0 they speak for the class.
 * @param {Kind} kind
 * @param {Saliency} found
 * @returns {Float32Array} [row, col]
 */
export function valuesOf(kind, { gradient, product, occlusion, logit }) {
  if (kind === "gradient") return summed(unpack(gradient), gradient.shape[0]);
  return kind === "product" ? unpack(product) : lowered(logit, unpack(occlusion.logits));
}
