import { find, part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { paintPatch } from "../../draw/patch.js";
import { layerName } from "../../state/description.js";
import { unpack } from "../../stream/packed.js";
import { StudyCard } from "../card.js";
import { buttonsIn, rove } from "../roving.js";

/**
 * What would excite it most: the picture found by gradient ascent for the selected filter, and a strip of those of earlier steps. Where
 * the timeline shows an earlier step, the picture is that of the strip.
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 * @typedef {"jitter" | "blur" | "norm"} Regulariser
 * @typedef {import("../card.js").Dated & {layer: string, out: number, jitter: boolean, blur: boolean, norm: boolean}} Of
 * @typedef {[number, number]} Pair  rows, cols
 *
 * `before`, `after`: z of the picture to start from and of this one; null: not finite. `picture`: [channel, row, col]
 * @typedef {Of & {steps: number, before: number | null, after: number | null, picture: Packed, centre: Pair,
 *   field: {size: Pair, step: Pair, start: Pair}}} Maximised
 *
 * `steps`: those of the pictures that are there, of so many. `pictures`: [step, channel, row, col]
 * @typedef {Of & {of: number, steps: number[], after: (number | null)[], pictures: Packed}} Formation
 */

const DIGITS = 3;
/** What explains the parts of the card. */
const TITLES = {
  where: "maximisation.when",
  jitter: "maximisation.jitter.title",
  blur: "maximisation.blur.title",
  norm: "maximisation.norm.title",
  filter: "maximisation.filter.title",
  sentence: "maximisation.method",
  limits: "maximisation.method",
  "film-title": "maximisation.film.title",
};
/** Pictures of the strip. */
const FRAMES = 12;

export class MaximisationCard extends StudyCard {
  /** @override */
  kinds = ["maximisation", "formation"];

  /** @override */
  patient = true;

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("maximisation", page);
    for (const [name, key] of Object.entries(TITLES)) part(this.root, name).title = this.text(key);
    write(part(this.root, "limits"), this.text("maximisation.limits"));
    this.playhead = page.playhead;
    this.picture = find(this.root, ".ascent canvas", HTMLCanvasElement);
    this.picture.title = this.text("maximisation.filter.title");
    this.film = part(this.root, "film");
    rove(this.film);
    this.boxes = [...this.root.querySelectorAll("input")];
    for (const box of this.boxes) box.addEventListener("change", () => this.update());
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    if (!current) return [];
    const of = { lane, layer: current.layer, out: current.cell.out, ...this.#regularisers };
    return [
      { kind: "maximisation", ...of },
      { kind: "formation", ...of, frames: FRAMES },
    ];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    /** @type {Maximised | null} */
    const found = this.found("maximisation");
    const { current } = this.selection;
    const { experiment } = this.store;
    const other = found !== null && !this.#isWanted(found);
    this.date(found, other);
    part(this.root, "found").hidden = !found || found.too_large !== undefined;
    if (!found || found.too_large || other || !experiment || !current) return;
    const film = this.#formation(found);
    const at = this.playhead.step === null || !film ? -1 : film.steps.findLastIndex((step) => step <= (this.playhead.step ?? 0));
    const layer = layerName(found.layer, this.translator);
    const [rows, cols] = found.field.size;
    write(part(this.root, "filter"), this.text("maximisation.filter", { layer, filter: found.out, rows, cols }));
    const { start, step: apart } = found.field;
    const where = {
      top: start[0] + found.centre[0] * apart[0],
      left: start[1] + found.centre[1] * apart[1],
    };
    const size = experiment.dataset.image_shape;
    const picture = { ...where, shape: found.picture.shape, pixels: unpack(found.picture) };
    const all = film && { ...where, shape: found.picture.shape, pixels: unpack(film.pictures) };
    const shown = film && all && at >= 0 ? { ...all, pixels: frameOf(all, at) } : picture;
    paintPatch(this.picture, shown, size);
    const sentence =
      film && at >= 0
        ? this.text("maximisation.then", { step: this.#count(film.steps[at]), after: numberText(film.after[at]) })
        : this.text("maximisation.now", {
            step: this.#count(found.step),
            before: numberText(found.before),
            after: numberText(found.after),
            steps: found.steps,
          });
    write(part(this.root, "sentence"), sentence);
    this.picture.setAttribute("aria-label", sentence);
    if (film && all) this.#strip(film, all, size, at);
  }

  /** @override */
  retheme() {
    this.draw();
  }

  /**
   * @param {Formation} film
   * @param {{top: number, left: number, shape: number[], pixels: Float32Array}} all
   * @param {number[]} size of an image
   * @param {number} at the place of the picture that is shown; negative: the newest
   */
  #strip(film, all, size, at) {
    const buttons = buttonsIn(this.film, film.steps.length);
    film.steps.forEach((step, place) => {
      const button = buttons[place];
      const canvas = button.querySelector("canvas");
      if (canvas) paintPatch(canvas, { ...all, pixels: frameOf(all, place) }, size);
      write(part(button, "value"), this.#count(step));
      const text = this.text("maximisation.then", { step: this.#count(step), after: numberText(film.after[place]) });
      button.title = text;
      button.setAttribute("aria-label", text);
      const isLast = place === film.of - 1;
      button.setAttribute("aria-pressed", String(place === at || (at < 0 && isLast)));
      button.onclick = () => this.playhead.go(isLast ? null : step);
    });
  }

  /** Which of them are on. */
  get #regularisers() {
    return Object.fromEntries(this.boxes.map(({ name, checked }) => [name, checked]));
  }

  /** The strip that belongs to the picture, if it has come. @param {Maximised} found @returns {Formation | null} */
  #formation({ run, lane }) {
    /** @type {Formation | null} */
    const film = this.found("formation");
    return film && film.run === run && film.lane === lane && this.#isWanted(film) ? film : null;
  }

  /** Whether it is about the selected filter, with the regularisers that are on. @param {Of} found */
  #isWanted(found) {
    const { current } = this.selection;
    const isSame = Object.entries(this.#regularisers).every(([name, isOn]) => found[/** @type {Regulariser} */ (name)] === isOn);
    return isSame && found.layer === current?.layer && found.out === current.cell.out;
  }

  /** @param {number} step */
  #count(step) {
    return this.translator.format.count(step);
  }
}

/** @param {number | null} value */
function numberText(value) {
  return value === null ? "–" : significant(value, DIGITS);
}

/**
 * @param {{shape: number[], pixels: Float32Array}} all pictures of this shape
 * @param {number} place
 */
function frameOf({ shape, pixels }, place) {
  const size = shape.reduce((product, length) => product * length, 1);
  return pixels.subarray(place * size, (place + 1) * size);
}
