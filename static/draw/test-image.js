import { hide, part, write } from "../base/dom.js";
import { className, imageText } from "../state/image.js";
import { resolveColour } from "./lane-style.js";

/** The width of a picture, in its own pixels, from which it needs no crisp edges. */
const FINE = 128;

/**
 * Show an image with its class and its number.
 * @param {HTMLElement} root
 * @param {HTMLCanvasElement} canvas
 * @param {import("../state/image.js").Known} image
 * @param {import("../state/store.js").Store} store
 * @param {import("../base/i18n.js").Translator} translator
 * @returns {string} what it is called
 */
export function showImage(root, canvas, image, { experiment }, translator) {
  const { dataset } = experiment ?? {};
  paintImage(canvas, image);
  if (!dataset) return "";
  write(part(root, "class"), className(image.label, dataset.classes));
  write(part(root, "number"), imageText(translator, "image.number", image, dataset));
  return imageText(translator, "image.name", image, dataset);
}

/**
 * Paint an image in the colours of the theme: one channel as ink on paper, three as colours, others by their mean.
 * @param {HTMLCanvasElement} canvas
 * @param {{shape: number[], pixels: Float32Array}} image [channel, row, col], from 0 to 1
 */
export function paintImage(canvas, { shape: [channels, rows, cols], pixels }) {
  const context = canvas.getContext("2d");
  if (!context) return;
  Object.assign(canvas, { width: cols, height: rows });
  canvas.style.imageRendering = cols < FINE ? "pixelated" : "auto";
  const image = context.createImageData(cols, rows);
  const colour = channels === 3 ? (/** @type {number[]} */ values) => values.map((value) => 255 * value) : onPaper();
  for (let at = 0; at < rows * cols; at += 1) {
    const values = Array.from({ length: channels }, (_, channel) => pixels[channel * rows * cols + at]);
    image.data.set([...colour(values), 255], 4 * at);
  }
  context.putImageData(image, 0, 0);
}

/**
 * Place the outline of the chosen patch over a picture of the page's image that fills a square as far as its shape lets it.
 * @param {HTMLElement} outline
 * @param {{index: number, known: {index: number, shape: number[]} | null, patch: {top: number, left: number, rows: number, cols: number} | null}} image
 */
export function outlinePatch(outline, { index, known, patch }) {
  hide(outline, patch === null || known?.index !== index);
  if (!patch || !known) return;
  const [, rows, cols] = known.shape;
  const side = Math.max(rows, cols);
  const shares = {
    top: (patch.top + (side - rows) / 2) / side,
    left: (patch.left + (side - cols) / 2) / side,
    height: patch.rows / side,
    width: patch.cols / side,
  };
  for (const [name, share] of Object.entries(shares)) outline.style.setProperty(name, `${100 * share}%`);
}

/** The colour of a value on a scale from paper to ink. */
function onPaper() {
  const [paper, ink] = ["--card", "--ink"].map((name) => channelsOf(resolveColour(`var(${name})`)));
  return (/** @type {number[]} */ values) => {
    const share = values.reduce((sum, value) => sum + value, 0) / values.length;
    return paper.map((from, place) => from + share * (ink[place] - from));
  };
}

/** @param {string} colour as the browser writes it: rgb(…) */
function channelsOf(colour) {
  return (
    colour
      .match(/[\d.]+/g)
      ?.slice(0, 3)
      .map(Number) ?? [0, 0, 0]
  );
}
