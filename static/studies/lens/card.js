import { batchOf } from "../../state/lanes.js";
import { channelText, layerName } from "../../state/description.js";
import { colourIndex, colourTable } from "../../draw/colormap.js";
import { contextOf, part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { currentTheme } from "../../base/theme.js";
import { cosineText, lensLimit, likeBatch } from "./reading.js";
import { isOfKernel, kernelOf } from "../../state/selection.js";
import { ChannelChoice } from "../../board/channel-choice.js";
import { StudyCard } from "../card.js";

/**
 * The batch lens: one kernel's gradient at the same weights from more and more images, on one colour scale, with the cosine of each
 * to that of the most images.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("./reading.js").BatchLens} Lens
 */

/** One kernel, one pixel per cell, enlarged by its style. */
class Tile {
  /** @param {HTMLElement} head the table cell that contains it */
  constructor(head) {
    this.canvas = document.createElement("canvas");
    this.context = contextOf(this.canvas);
    this.count = document.createElement("span");
    head.append(this.canvas, this.count);
  }

  /**
   * @param {(number | null)[]} values
   * @param {{rows: number, cols: number}} shape
   * @param {number} limit
   * @param {Uint32Array} table
   * @param {number} space CSS pixels
   */
  paint(values, { rows, cols }, limit, table, space) {
    const { canvas, context } = this;
    if (canvas.width !== cols || canvas.height !== rows) Object.assign(canvas, { width: cols, height: rows });
    const cell = Math.max(1, Math.floor(space / Math.max(rows, cols)));
    canvas.style.width = `${cols * cell}px`;
    canvas.style.height = `${rows * cell}px`;
    const image = context.createImageData(cols, rows);
    const pixels = new Uint32Array(image.data.buffer);
    values.forEach((value, index) => (pixels[index] = table[colourIndex(value ?? NaN, limit || 1)]));
    context.putImageData(image, 0, 0);
  }
}

export class BatchLensCard extends StudyCard {
  /** @override */
  kinds = ["lens"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("batch-lens", page);
    const { root } = this;
    this.kernel = part(root, "kernel");
    this.sentence = part(root, "sentence");
    this.scale = part(root, "scale");
    this.body = part(root, "body");
    this.allTitle = part(root, "all-title");
    this.heads = part(root, "heads");
    this.all = part(root, "all");
    this.own = part(root, "own");
    /** The colour table, made when first needed. @type {Uint32Array | null} */
    this.table = null;
    /** @type {{tile: Tile, all: HTMLElement, own: HTMLElement}[]} */
    this.columns = [];
    this.channels = new ChannelChoice(root, page);
    new ResizeObserver(() => this.draw()).observe(this.body);
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    return current ? [{ kind: "lens", lane, kernel: kernelOf(current) }] : [];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    this.channels.update();
    /** @type {Lens | null} */
    const lens = this.found("lens");
    const { current } = this.selection;
    // The numbers of another kernel stay until those of this one arrive.
    const other = current !== null && lens !== null && !isOfKernel(lens.kernel, current);
    this.date(lens, other);
    if (!lens) return;
    this.#paint(lens);
    this.#write(lens);
  }

  /** @override */
  retheme() {
    this.table = null;
    this.draw();
  }

  /** @param {Lens} lens */
  #paint(lens) {
    const { counts, gradients } = lens;
    if (this.columns.length !== counts.length) this.#build(counts.length);
    const limit = lensLimit(lens);
    this.table ??= colourTable("gradient", currentTheme());
    const space = this.heads.clientWidth / counts.length - 8;
    const { table } = this;
    this.columns.forEach(({ tile }, index) => tile.paint(gradients[index], lens, limit, table, space));
    write(this.scale, this.translator.text("lens.scale", { limit: significant(limit, 2) }));
  }

  /** @param {number} count */
  #build(count) {
    for (const row of [this.heads, this.all, this.own]) row.replaceChildren();
    this.columns = Array.from({ length: count }, () => {
      const head = document.createElement("th");
      head.scope = "col";
      this.heads.append(head);
      const [all, own] = [this.all, this.own].map((row) => row.appendChild(document.createElement("td")));
      return { tile: new Tile(head), all, own };
    });
    for (const title of this.body.querySelectorAll("th[colspan]")) title.setAttribute("colspan", String(count));
  }

  /** @param {Lens} lens */
  #write(lens) {
    const { translator } = this;
    const { format } = translator;
    const { experiment } = this.store;
    const { counts, cosines, kernel_cosines: kernelCosines } = lens;
    const most = counts.length - 1;
    const large = format.count(counts[most]);
    this.columns.forEach(({ tile, all, own }, index) => {
      write(tile.count, format.count(counts[index]));
      write(all, cosineText(cosines[index]));
      write(own, cosineText(kernelCosines[index]));
    });
    const channel = channelText(this.store.experiment?.layers, lens.kernel.layer, lens.kernel, translator);
    const place = { layer: layerName(lens.kernel.layer, translator), filter: lens.kernel.out, channel };
    write(this.kernel, translator.text("lens.kernel", place));
    write(this.allTitle, translator.text("lens.all", { large }));
    const like = likeBatch(counts, experiment ? batchOf(experiment.config, lens.lane) : Infinity);
    const kind = kindOf(lens, like);
    const values = {
      large,
      one: cosineText(cosines[0]),
      first: format.count(counts[0]),
      like: format.count(counts[like]),
      some: cosineText(cosines[like]),
    };
    write(this.sentence, translator.text(`lens.${kind}`, values));
  }
}

/**
 * @param {Lens} lens
 * @param {number} like
 */
function kindOf({ cosines, kernel_cosines: own }, like) {
  if (cosines[cosines.length - 1] === null) return "zero";
  if (own[own.length - 1] === null) return "kernel_zero";
  return like === 0 ? "one" : "why";
}
