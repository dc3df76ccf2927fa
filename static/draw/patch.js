import { resolveColour } from "./lane-style.js";
import { paintImage } from "./test-image.js";

/**
 * A patch of an image, [channel, row, col], and where it begins in that.
 * @typedef {{shape: number[], pixels: Float32Array, top: number, left: number}} Patch
 */

/** Patches beside and below each other in one picture. */
const ACROSS = 3;

/**
 * Paint a patch of an image; what lies beyond the image's edges is chequered.
 * @param {HTMLCanvasElement} canvas
 * @param {Patch} patch
 * @param {number[]} size of the image, (channels, rows, cols)
 */
export function paintPatch(canvas, { shape, pixels, top, left }, [, height, width]) {
  paintImage(canvas, { shape, pixels });
  const context = canvas.getContext("2d");
  if (!context) return;
  const [, rows, cols] = shape;
  const colours = ["--line", "--line-strong"].map((name) => resolveColour(`var(${name})`));
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      const [y, x] = [top + row, left + col];
      if (y >= 0 && y < height && x >= 0 && x < width) continue;
      context.fillStyle = colours[(row + col) % 2];
      context.fillRect(col, row, 1, 1);
    }
  }
}

/**
 * Paint up to nine patches of one shape as one picture.
 * @param {HTMLCanvasElement} canvas
 * @param {Patch[]} patches
 * @param {number[]} size of the images
 */
export function paintPatches(canvas, patches, size) {
  const context = canvas.getContext("2d");
  if (!context) return;
  if (patches.length === 0) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    return;
  }
  const [, rows, cols] = patches[0].shape;
  const gap = Math.ceil(Math.max(rows, cols) / 16);
  Object.assign(canvas, { width: ACROSS * (cols + gap) - gap, height: ACROSS * (rows + gap) - gap });
  const one = document.createElement("canvas");
  patches.forEach((patch, place) => {
    paintPatch(one, patch, size);
    context.drawImage(one, (place % ACROSS) * (cols + gap), Math.floor(place / ACROSS) * (rows + gap));
  });
}
