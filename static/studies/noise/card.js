import { layerName } from "../../state/description.js";
import { colourTable } from "../../draw/colormap.js";
import { Maps, reach } from "../../draw/maps.js";
import { find, part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { currentTheme } from "../../base/theme.js";
import { unpack } from "../../stream/packed.js";
import { StudyCard } from "../card.js";
import { tiling } from "../phases/stages.js";

/**
 * Gradient noise: the selected filter's gradient in the last step, how far the parts of the batch spread about it, and their ratio.
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 *
 * @typedef {object} Noise
 * @property {number[]} counts  images of each part
 * @property {Packed} mean  [in, row, col]: the gradient of the whole batch
 * @property {Packed} spread  the standard deviation over the parts
 * @property {Packed} signal  |mean| in standard errors
 * @property {number} agreeing  weights whose gradient has one sign in all parts
 * @property {number} cells
 * @property {number | null} length
 * @property {number | null} spread_length
 * @property {number | null} signal_length
 * @property {number | null} scale  the simple noise scale, in images
 *
 * @typedef {object} Found
 * @property {number} run
 * @property {number} step
 * @property {string} lane
 * @property {string} layer
 * @property {number} out
 * @property {number} lane_step
 * @property {"no_step" | "no_batch" | "stopped" | "one_image" | null} missing
 * @property {Noise | null} noise
 */

const DIGITS = 3;
const HEIGHT = 110;
/** What is shown beside each other, each on a scale of its own. */
const MAPS = /** @type {const} */ ([
  { name: "mean", colours: "gradient" },
  { name: "spread", colours: "gradient" },
  { name: "signal", colours: "weight" },
]);

export class GradientNoiseCard extends StudyCard {
  /** @override */
  kinds = ["noise"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("gradient-noise", page);
    const { root } = this;
    this.view = page.view;
    this.body = part(root, "body");
    this.maps = MAPS.map(({ name, colours }) => {
      const place = find(root, `[data-map="${name}"]`, HTMLElement);
      return { name, colours, place, label: part(place, "name"), maps: new Maps(find(place, "canvas", HTMLCanvasElement)) };
    });
    this.parts = Object.fromEntries(
      ["filter", "sentence", "missing", "length", "spread", "signal", "scale", "found"].map((name) => [name, part(root, name)]),
    );
    new ResizeObserver(() => this.draw()).observe(this.body);
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    return current ? [{ kind: "noise", lane, layer: current.layer, out: current.cell.out }] : [];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    /** @type {Found | null} */
    const found = this.found("noise");
    const { current } = this.selection;
    const other = found !== null && current !== null && (found.layer !== current.layer || found.out !== current.cell.out);
    this.date(found, other);
    if (!found) return;
    const { noise, missing, layer, out } = found;
    write(
      this.parts.filter,
      this.text("noise.filter", {
        layer: layerName(layer, this.translator),
        filter: out,
        step: this.translator.format.count(found.lane_step),
      }),
    );
    write(this.parts.missing, missing ? this.text(`noise.missing.${missing}`) : "");
    this.parts.found.hidden = noise === null;
    if (noise) this.#show(noise, layer);
  }

  /** @override */
  retheme() {
    this.draw();
  }

  /**
   * @param {Noise} noise
   * @param {string} layer
   */
  #show(noise, layer) {
    const { format } = this.translator;
    const { length: parts } = noise.counts;
    const images = noise.counts.reduce((sum, count) => sum + count, 0);
    const values = {
      parts: format.count(parts),
      images: format.count(images),
      agreeing: format.count(noise.agreeing),
      cells: format.count(noise.cells),
    };
    const sentence = this.text("noise.agree", values);
    write(this.parts.sentence, sentence);
    const isColour = this.view.seesColour({ name: layer });
    for (const { name, colours, place, label, maps } of this.maps) {
      // The others are magnitudes, of which none is grey.
      const inColour = name === "mean" && this.view.shapeOf(layer)?.colour === true;
      const [, rows, cols] = noise[name].shape;
      const numbers = unpack(noise[name]);
      const limit = reach(numbers.filter(Number.isFinite));
      const width = place.clientWidth;
      if (width > 0) {
        const count = numbers.length / (rows * cols) / (inColour ? 3 : 1);
        maps.paint(
          numbers,
          { rows, cols },
          isColour && !inColour
            ? { across: count, cell: Math.min((width - count) / (count * cols), HEIGHT / rows) } // in the order of the colours
            : { ...tiling(count, { rows, cols }, { width, height: HEIGHT }), inColour },
          colourTable(colours, currentTheme()),
          limit,
        );
      }
      const whole = this.text(`noise.map.${name}`, { limit: significant(limit, 2), parts: values.parts });
      const title = isColour && !inColour ? `${whole} · ${this.text("noise.channels")}` : whole;
      write(label, title);
      maps.canvas.setAttribute("aria-label", this.translator.join("remarks", [title, sentence]));
    }
    write(this.parts.length, significant(noise.length ?? NaN, DIGITS));
    write(this.parts.spread, significant(noise.spread_length ?? NaN, DIGITS));
    write(this.parts.signal, noise.signal_length === null ? "–" : significant(noise.signal_length, DIGITS));
    // Eight parts tell no more than its size.
    const scale = noise.scale === null ? null : format.few(noise.scale);
    write(this.parts.scale, scale === null ? this.text("noise.scale.unknown") : this.text("noise.scale.images", { images: scale }));
  }
}
