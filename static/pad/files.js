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
 * Decode a file, as large as it is needed at most, upright, on white where it is transparent; of an animation the first picture.
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
  context.fillStyle = "#fff";
  context.fillRect(0, 0, cols, rows);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, cols, rows);
  const { data } = context.getImageData(0, 0, cols, rows);
  const size = rows * cols;
  const pixels = Float32Array.from({ length: 3 * size }, (_, at) => data[4 * (at % size) + Math.floor(at / size)] / 255);
  return { shape: [3, rows, cols], pixels };
}
