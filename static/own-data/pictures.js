import { HEAD_BYTES, sizeIn } from "../pad/file-size.js";
import { onWhite } from "./scaling.js";
import { Unusable } from "./unusable.js";

/**
 * Pictures decoded by the browser, so that the server opens no file of a stranger's.
 *
 * @typedef {import("./scaling.js").Square} Square
 */

/** The most pixels that are decoded: a picture takes four bytes for each. */
const MOST_PIXELS = 40_000_000;
/** Pixels that are being decoded, and who waits until there are fewer. */
let decoding = 0;
/** @type {(() => void)[]} */
const waiting = [];
/** A larger square is brought to this side as it is drawn. */
const NEAR = 512;

/**
 * The square in the middle of a picture, upright, on white where it is transparent; of an animation the first picture.
 * @param {Blob} blob
 * @returns {Promise<Square>}
 * @throws {Unusable} it is no picture, broken, or too large
 */
export async function squareOf(blob) {
  const head = await blob
    .slice(0, HEAD_BYTES)
    .arrayBuffer()
    .catch(() => {
      throw new Unusable("own.left.unreadable");
    });
  const size = sizeIn(new Uint8Array(head));
  if (!size) throw new Unusable("own.left.no_picture");
  if (size.width * size.height > MOST_PIXELS)
    throw new Unusable("own.left.pixels", { width: size.width, height: size.height, most: MOST_PIXELS });
  const pixels = size.width * size.height;
  while (decoding > 0 && decoding + pixels > MOST_PIXELS)
    await new Promise((/** @type {(value?: void) => void} */ resolve) => waiting.push(resolve));
  decoding += pixels;
  try {
    return await drawn(blob);
  } finally {
    decoding -= pixels;
    for (const resolve of waiting.splice(0)) resolve();
  }
}

/** @param {Blob} blob */
async function drawn(blob) {
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "none" }).catch(() => {
    throw new Unusable("own.left.broken");
  });
  const side = Math.min(bitmap.width, bitmap.height);
  const near = Math.min(side, NEAR);
  const context = sheet(near);
  const [left, top] = [Math.floor((bitmap.width - side) / 2), Math.floor((bitmap.height - side) / 2)];
  context.drawImage(bitmap, left, top, side, side, 0, 0, near, near);
  bitmap.close();
  return onWhite(context.getImageData(0, 0, near, near).data, near);
}

/** @param {number} side */
function sheet(side) {
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Unusable("own.left.broken");
  context.imageSmoothingQuality = "high";
  return context;
}

/**
 * Draw an image as a network sees it.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} image one channel or three
 * @param {number} side
 */
export function drawImage(canvas, image, side) {
  const data = new Uint8ClampedArray(4 * side * side);
  const step = image.length > side * side ? side * side : 0;
  for (let at = 0; at < side * side; at += 1) data.set([image[at], image[at + step], image[at + 2 * step], 255], 4 * at);
  canvas.width = canvas.height = side;
  canvas.getContext("2d")?.putImageData(new ImageData(data, side, side), 0, 0);
}
