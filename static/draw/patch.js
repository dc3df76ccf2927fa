import { resolveColour } from "./lane-style.js";
import { paintImage } from "./test-image.js";

/**
 * Paint a patch of an image; what lies beyond the image's edges is chequered.
 * @param {HTMLCanvasElement} canvas
 * @param {{shape: number[], pixels: Float32Array, top: number, left: number}} patch [channel, row, col], where it begins in the image
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
