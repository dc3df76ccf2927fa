import { part, write } from "../base/dom.js";
import { resolveColour } from "./lane-style.js";

/** The width of a picture, in its own pixels, from which it needs no crisp edges. */
const FINE = 128;

/**
 * Show a test image with its class and its number.
 * @param {HTMLElement} root
 * @param {HTMLCanvasElement} canvas
 * @param {import("../state/image.js").Known} image
 * @param {import("../state/store.js").Store} store
 * @param {import("../base/i18n.js").Translator} translator
 * @returns {string} what it is called
 */
export function showImage(root, canvas, image, { experiment }, translator) {
  const about = { index: image.index, class: experiment?.dataset.classes[image.label] ?? "" };
  paintImage(canvas, image);
  write(part(root, "class"), about.class);
  write(part(root, "number"), translator.text("image.number", about));
  return translator.text("image.name", about);
}

/**
 * Paint a test image in the colours of the theme: one channel as ink on paper, three as colours, others by their mean.
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
