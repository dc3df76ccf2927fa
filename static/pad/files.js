import { HEAD_BYTES, sizeIn } from "./file-size.js";

/**
 * Pictures from files and from the camera, decoded by the browser: nothing leaves it.
 *
 * @typedef {import("./ink.js").Picture} Picture
 */

/** The most pixels that are decoded: a picture takes four bytes for each. */
const MOST_PIXELS = 40_000_000;
/** The longer side of what is kept of a picture, in pixels. */
const KEPT = 512;

/** Why a file can't be used: the key of a sentence, and its values. */
export class Unusable extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/**
 * Decode a file, as large as it is needed at most, upright, on a ground where it is transparent; of an animation the first picture.
 * @param {File} file
 * @returns {Promise<Picture>} three channels
 * @throws {Unusable} it is no picture, broken, or too large
 */
export async function pictureIn(file) {
  const head = await file
    .slice(0, HEAD_BYTES)
    .arrayBuffer()
    .catch(() => {
      throw new Unusable("pad.broken", { name: file.name }); // a folder, or a file that is gone
    });
  const size = sizeIn(new Uint8Array(head));
  if (!size) throw new Unusable("pad.no_picture", { name: file.name });
  if (size.width * size.height > MOST_PIXELS) {
    throw new Unusable("pad.too_large", {
      name: file.name,
      width: size.width,
      height: size.height,
      most: MOST_PIXELS,
    });
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unusable("pad.broken", { name: file.name });
  }
  const picture = pictureOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return picture;
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @returns {Picture}
 */
export function pictureOf(source, width, height) {
  const scale = Math.min(1, KEPT / Math.max(width, height));
  const [cols, rows] = [width, height].map((length) => Math.max(1, Math.round(length * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width: cols, height: rows });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Unusable("pad.broken", { name: "" });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, cols, rows);
  return onGround(context.getImageData(0, 0, cols, rows).data, rows, cols);
}

/**
 * What is transparent in a picture becomes white, or black where what there is to see is light.
 * @param {Uint8ClampedArray} data red, green, blue and opacity of each pixel
 * @param {number} rows
 * @param {number} cols
 * @returns {Picture}
 */
export function onGround(data, rows, cols) {
  const size = rows * cols;
  let [there, light] = [0, 0];
  for (let at = 0; at < 4 * size; at += 4) {
    there += data[at + 3];
    light += ((0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]) / 255) * data[at + 3];
  }
  const ground = light > there / 2 ? 0 : 1;
  const pixels = new Float32Array(3 * size);
  for (let at = 0; at < size; at += 1) {
    const opacity = data[4 * at + 3] / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[channel * size + at] = (opacity * data[4 * at + channel]) / 255 + (1 - opacity) * ground;
    }
  }
  return { shape: [3, rows, cols], pixels };
}
