import { hide, part, write } from "../base/dom.js";
import { className, imageText } from "../state/image.js";
import { resolveColour } from "./lane-style.js";

/** The width of a picture, in its own pixels, from which it needs no crisp edges. */
const FINE = 128;
const BLACK_AND_WHITE = [
  [0, 0, 0],
  [255, 255, 255],
];

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

/** Whether the page's images of one channel are light, as photographs are, rather than ink. */
let areLight = false;

/**
 * Whether images of a data set, of one channel, are light rather than ink: what somebody has brought, other than digits and clothes, has
 * been seen by a camera more often than not.
 * @param {string} dataset its name
 */
export function isLight(dataset) {
  return dataset.startsWith("own:");
}

/** Paint images as those of this data set from now on. @param {{name: string}} dataset */
export function paintAsOf({ name }) {
  areLight = isLight(name);
}

/**
 * Paint an image: one channel as ink on paper in the colours of the theme, or as light; three as colours, others by their mean.
 * @param {HTMLCanvasElement} canvas
 * @param {{shape: number[], pixels: Float32Array}} image [channel, row, col], from 0 to 1
 * @param {boolean} [light] whether it is light; default: as the page's images
 */
export function paintImage(canvas, { shape: [channels, rows, cols], pixels }, light = areLight) {
  const context = canvas.getContext("2d");
  if (!context) return;
  if (canvas.width !== cols || canvas.height !== rows) Object.assign(canvas, { width: cols, height: rows });
  canvas.style.imageRendering = cols < FINE ? "pixelated" : "auto";
  const image = context.createImageData(cols, rows);
  const { data } = image;
  const size = rows * cols;
  const [paper, ink] = channels === 3 ? [] : light ? BLACK_AND_WHITE : paperAndInk();
  for (let at = 0; at < size; at += 1) {
    let sum = 0;
    if (ink) for (let channel = 0; channel < channels; channel += 1) sum += pixels[channel * size + at];
    for (let part = 0; part < 3; part += 1) {
      data[4 * at + part] = ink ? paper[part] + (sum / channels) * (ink[part] - paper[part]) : 255 * pixels[part * size + at];
    }
    data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * Paint an image of positive and negative numbers: grey is zero, and the largest magnitude black or white, or full colour.
 * @param {HTMLCanvasElement} canvas
 * @param {{shape: number[], pixels: Float32Array}} image [channel, row, col]
 */
export function paintSigned(canvas, { shape, pixels }) {
  const limit = pixels.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  paintImage(canvas, { shape, pixels: pixels.map((value) => 0.5 + (0.5 * value) / limit) });
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

/** The two ends of the scale of a single channel, none of it and all of it. */
function paperAndInk() {
  return ["--card", "--ink"].map((name) => channelsOf(resolveColour(`var(${name})`)));
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
