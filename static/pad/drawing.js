import { drawn, gridOf, paper } from "./ink.js";
import { centred, grey, inkOnPaper, levelsOf, middle, onDark, resampled } from "./scaling.js";

/**
 * A drawing for a data set: strokes on a sheet of paper or on a picture, each of which can be taken back. Pure.
 *
 * @typedef {import("./ink.js").Picture} Picture
 * @typedef {import("./ink.js").Stroke} Stroke
 * @typedef {import("./ink.js").Place} Place
 * @typedef {Pick<import("../base/types.js").Dataset, "image_shape" | "centred">} Data
 */

/** The width of the brush, as a share of the shorter side: as thick as MNIST's strokes are. */
const BRUSH = 0.1;
/** The most whole sheets that are kept to be taken back. */
const MOST_SHEETS = 16;

export class Drawing {
  /** @param {Data} data */
  constructor({ image_shape: shape, centred: by }) {
    this.shape = shape;
    this.grid = gridOf(shape);
    const isGrey = shape[0] !== 3;
    /** Of paper and of ink, in each channel: a data set of one channel has light ink on dark paper, as MNIST. */
    this.ground = shape[0] === 3 ? [1, 1, 1] : Array.from({ length: shape[0] }, () => 0);
    this.colour = shape[0] === 3 ? [0, 0, 0] : Array.from({ length: shape[0] }, () => 1);
    this.hasColours = !isGrey;
    /** By what it is scaled and centred, if it is. */
    this.by = by || "mass";
    /** Whether it is scaled and centred. */
    this.centres = by !== "";
    /** What was done, each a stroke or a whole sheet, the last at the end. @type {(Stroke | Picture)[]} */
    this.done = [];
    /** The stroke that is being drawn; null: none, or it has been taken back meanwhile. @type {Stroke | null} */
    this.stroke = null;
    /** The sheet without it. */
    this.drawn = paper(this.grid, this.ground);
  }

  /** Whether there is nothing to take back. */
  get isEmpty() {
    return this.done.length === 0;
  }

  /** Begin a stroke. @param {Place} place */
  begin(place) {
    this.stroke = { places: [place], colour: this.colour, width: BRUSH };
    this.done.push(this.stroke);
  }

  /** Go on with it. @param {Place[]} places */
  extend(places) {
    this.stroke?.places.push(...places);
  }

  /** The stroke is done. */
  end() {
    this.#renew();
  }

  undo() {
    this.done.pop();
    this.#renew();
  }

  /** An empty sheet, which can be taken back too. */
  clear() {
    if (!this.isEmpty) this.lay(paper(this.grid, this.ground));
  }

  /** The whole sheet in the colour of the brush: a background. */
  fill() {
    this.lay(paper(this.grid, this.colour));
  }

  /** Go on from a picture of the grid's size. @param {Picture} sheet */
  lay(sheet) {
    this.done.push(sheet);
    const sheets = this.done.filter((one) => "pixels" in one);
    if (sheets.length > MOST_SHEETS) this.done.splice(0, this.done.indexOf(sheets[1]));
    this.#renew();
  }

  /** All of it, on the grid. @returns {Picture} */
  get sheet() {
    return this.stroke ? drawn([this.stroke], this.drawn) : this.drawn;
  }

  /** As an image of the data set. @returns {Uint8Array} */
  get levels() {
    return this.levelsOf(this.sheet);
  }

  /** A sheet as an image of the data set. @param {Picture} sheet @returns {Uint8Array} */
  levelsOf(sheet) {
    const [, rows, cols] = this.shape;
    const all = { top: 0, left: 0, height: sheet.shape[1], width: sheet.shape[2] };
    return levelsOf(this.centres ? centred(sheet, this.by) : resampled(sheet, all, rows, cols));
  }

  /** Keep what is done as numbers, so that only the present stroke is drawn again and again. */
  #renew() {
    const from = this.done.findLastIndex((one) => "pixels" in one);
    const sheet = this.done[from];
    const strokes = this.done.slice(from + 1).filter((one) => "places" in one);
    this.stroke = null;
    this.drawn = drawn(strokes, sheet && "pixels" in sheet ? sheet : paper(this.grid, this.ground));
  }
}

/**
 * A picture as a sheet to draw on: its middle, in the data set's channels, with light ink on dark paper where that is how they are; all
 * of it, on a dark ground, where images are set in by their extent.
 * @param {Picture} picture
 * @param {Drawing} drawing
 * @returns {Picture}
 */
export function sheetOf(picture, { grid, hasColours, centres, by }) {
  const [channels, rows, cols] = grid;
  const isWhole = centres && by === "extent";
  const part = resampled(picture, middle(picture.shape[1], picture.shape[2], rows, cols, isWhole), rows, cols);
  if (hasColours) return part;
  const one = grey(part);
  const { pixels } = isWhole ? onDark(one) : centres ? inkOnPaper(one) : one;
  const size = rows * cols;
  return { shape: grid, pixels: Float32Array.from({ length: channels * size }, (_, at) => pixels[at % size]) };
}

/**
 * An image of the data set as a sheet to draw on.
 * @param {Uint8Array} levels
 * @param {Drawing} drawing
 * @returns {Picture}
 */
export function sheetFrom(levels, { shape, grid }) {
  const [channels, rows, cols] = shape;
  const picture = {
    shape: /** @type {[number, number, number]} */ ([channels, rows, cols]),
    pixels: Float32Array.from(levels, (level) => level / 255),
  };
  return resampled(picture, { top: 0, left: 0, height: rows, width: cols }, grid[1], grid[2]);
}
