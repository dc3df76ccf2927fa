import { layerName } from "../state/description.js";
import { find, hide, part, stamp, write } from "../base/dom.js";
import { significant } from "../base/format.js";
import { Pager } from "../base/pager.js";
import { ABOVE, BELOW, ZERO } from "../draw/colormap.js";
import { mixed } from "../draw/mixing.js";
import { isMeasured } from "../state/orientation.js";
import { COLOURS, isMap } from "../state/quantities.js";
import { mapsText } from "../state/responses.js";

/**
 * A layer's card: its shape, its parameter count, which filters are shown, and the colour scales.
 *
 * @typedef {import("../draw/colormap.js").Palette} Palette
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/scales.js").Scale} Scale
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("../state/quantities.js").Quantity} Quantity
 */

const HIGHLIGHT_MS = 1500;
/** Pixels at each end of the bar (of 280) in the colour of values beyond the range. */
const BEYOND = 13;

export class LayerCard {
  /**
   * @param {Layer} layer
   * @param {KernelShape} shape
   * @param {number} row
   * @param {"tiles" | "colours" | "grid" | "units" | "templates" | "dense"} kind
   * @param {Translator} translator
   * @param {{turn: (by: number) => void, symlog: () => void, oriented: () => void, channels: (() => void) | null}} on  pages to turn;
   *   switches of the gradients' scale, of the filters' marks, and of single channels, if it sees colours
   */
  constructor(layer, shape, row, kind, translator, on) {
    this.on = on;
    const { format } = translator;
    this.kind = kind;
    this.shape = shape;
    this.responds = layer.responds;
    this.translator = translator;
    this.root = stamp("layer-template");
    this.root.style.setProperty("--row", String(row));
    this.root.dataset.layer = layer.name;
    write(part(this.root, "name"), layerName(layer.name, translator));
    const weights = shape.in * shape.rows * shape.cols;
    write(
      part(this.root, "shape"),
      translator.text(layer.always_shown ? "layer.shape" : "layer.shape.dense", {
        filters: shape.out,
        shape: `${shape.in}×${shape.rows}×${shape.cols}`,
      }),
    );
    write(
      part(this.root, "parameters"),
      translator.text("layer.parameters", {
        filters: shape.out,
        weights: format.count(weights),
        total: format.count(layer.parameters),
      }),
    );
    this.reading = part(this.root, "reading");
    this.pager = new Pager(this.root, translator, (by) => on.turn(by));
    const channels = part(this.root, "channels");
    hide(channels, on.channels === null);
    channels.setAttribute("aria-pressed", String(!shape.colour));
    channels.addEventListener("click", () => on.channels?.());
    this.oriented = part(this.root, "oriented");
    hide(this.oriented, !layer.always_shown || !isMeasured(shape));
    this.oriented.addEventListener("click", () => on.oriented());
    /** None for the weights before the last update, which have the weights' scale. @type {Legend[]} */
    this.legends = [];
  }

  /**
   * @param {Quantity[]} bands from top to bottom
   * @param {Palette} palette
   * @param {{name: string | null, isUnlabelled: boolean}} image the class of the image that maps are of; null: not known
   * @param {boolean} isOriented whether the filters' orientation is marked
   */
  show(bands, palette, image, isOriented) {
    this.oriented.setAttribute("aria-pressed", String(isOriented));
    /** @param {Quantity} quantity */
    const nameOf = (quantity) =>
      isMap(quantity) ? mapsText(quantity, this.responds, image, this.translator) : this.translator.text(`quantity.${quantity}`);
    const names = bands.map(nameOf);
    // What has been offered stays, as in another theme: while training is paused, nothing would offer it again.
    const isOffered = this.legends.some(({ symlog }) => symlog.hasAttribute("data-offered"));
    const reading = this.translator.text(`layer.reading.${this.kind}`, { bands: names.join("\u00a0· ") });
    const truth = bands.includes("truth") ? [this.translator.text("layer.reading.truth")] : [];
    write(this.reading, this.translator.join("remarks", [reading, ...truth]));
    this.legends = bands
      .filter((quantity) => quantity !== "before")
      .map((quantity) => new Legend(quantity, this.translator, nameOf(quantity), this.shape.colour === true && !isMap(quantity)));
    for (const legend of this.legends) {
      legend.paint(palette);
      if (isOffered) legend.offerSymlog();
      legend.symlog.addEventListener("click", () => this.on.symlog());
    }
    find(this.root, ".legends", HTMLElement).replaceChildren(...this.legends.map(({ root }) => root));
  }

  /**
   * @param {number} first filter of the page
   * @param {number} count on it
   */
  showPage(first, count) {
    this.pager.show(first, count, this.shape.out);
  }
}

export class Legend {
  /**
   * @param {Quantity} quantity
   * @param {Translator} translator
   * @param {string} name
   * @param {boolean} [inColour] whether three numbers are drawn as one colour
   */
  constructor(quantity, translator, name, inColour = false) {
    this.inColour = inColour;
    this.quantity = quantity;
    this.translator = translator;
    this.root = stamp("legend-template");
    this.root.dataset.quantity = quantity;
    this.root.toggleAttribute("data-colour", inColour);
    write(part(this.root, "name"), name);
    this.bar = find(this.root, ".legend-bar", HTMLCanvasElement);
    this.low = part(this.root, "low");
    this.high = part(this.root, "high");
    this.change = part(this.root, "change");
    this.symlog = find(this.root, ".legend-symlog", HTMLButtonElement);
    hide(this.symlog, quantity !== "gradient");
    /** @type {import("../state/scales.js").ScaleKind | ""} */
    this.kind = "";
    this.limit = 0;
    this.root.dataset.limit = "0";
    this.setAt = 0;
    this.timer = 0;
  }

  /** @param {Palette} palette */
  paint(palette) {
    const context = this.bar.getContext("2d");
    if (!context) return;
    const { width } = this.bar;
    // In colour a line for each channel, while the others are zero.
    const lines = this.inColour ? 3 : 1;
    this.bar.height = lines;
    const image = context.createImageData(width, lines);
    const pixels = new Uint32Array(image.data.buffer);
    const table = palette[COLOURS[this.quantity]];
    for (let x = 0; x < width; x += 1) {
      const share = (x - BEYOND) / (width - 1 - 2 * BEYOND);
      const index = share < 0 ? BELOW : share > 1 ? ABOVE : 1 + Math.round(share * 252);
      for (let line = 0; line < lines; line += 1) {
        const [red, green, blue] = [0, 1, 2].map((channel) => (channel === line ? index : ZERO));
        pixels[line * width + x] = this.inColour ? mixed(red, green, blue, table) : table[index];
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** Offer the symmetric logarithmic scale, whose switch stays as long as it is on. */
  offerSymlog() {
    this.symlog.toggleAttribute("data-offered", true);
  }

  /** @param {Scale} scale that of every lane, or of the first one if each has its own */
  update({ kind, limit, linear, setAt }) {
    if (kind === this.kind && limit === this.limit && setAt === this.setAt) return;
    // A scale set for the first time, or at the start of a run, has not visibly changed.
    const changed = kind === this.kind && kind !== "lanes" && limit !== this.limit && this.limit !== 0 && setAt > this.setAt;
    this.kind = kind;
    this.limit = limit;
    this.setAt = setAt;
    this.root.dataset.limit = String(limit);
    this.root.dataset.scale = kind;
    const title = this.translator.text(`legend.title.${kind}`);
    this.root.title = this.inColour ? this.translator.join("sentences", [this.translator.text("legend.title.colour"), title]) : title;
    this.symlog.setAttribute("aria-pressed", String(kind === "symlog"));
    if (kind === "symlog") this.offerSymlog();
    const end = limit === 0 ? "–" : significant(limit, 2);
    const own = kind === "lanes";
    write(this.low, own ? "−" : limit === 0 ? end : `−${end}`);
    write(this.high, own ? "+" : end);
    clearTimeout(this.timer);
    const values = { step: this.translator.format.count(setAt), linear: significant(linear, 2) };
    write(this.change, limit === 0 && !own ? "\u00a0" : this.translator.text(`legend.set.${kind}`, values));
    this.root.toggleAttribute("data-changed", changed);
    if (changed) this.timer = setTimeout(() => this.root.removeAttribute("data-changed"), HIGHLIGHT_MS);
  }
}
