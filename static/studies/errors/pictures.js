import { bufferOf } from "../../stream/packed.js";

/**
 * The small pictures of test images, asked for once each.
 *
 * @typedef {{shape: number[], pixels: Float32Array}} Picture
 */

/** As many as the server shows at once (server/kernelscope/studies/pictures.py). */
const MOST_AT_ONCE = 64;
/** How many are kept. */
const MOST_KEPT = 1000;

export class Pictures {
  constructor() {
    /** @type {Map<number, Picture>} */
    this.known = new Map();
  }

  /** @param {number} image */
  get(image) {
    return this.known.get(image) ?? null;
  }

  /**
   * The subjects that bring those of these images that aren't here yet.
   * @param {number[]} images
   */
  asks(images) {
    const missing = images.filter((image) => !this.known.has(image)).slice(0, MOST_AT_ONCE);
    return missing.length > 0 ? [{ kind: "pictures", images: missing }] : [];
  }

  /** @param {{images: number[], pixels: {shape: number[], bytes: string}}} finding */
  add({ images, pixels }) {
    const [, ...shape] = pixels.shape;
    const bytes = new Uint8Array(bufferOf(pixels.bytes));
    const size = bytes.length / images.length;
    images.forEach((image, place) => {
      this.known.set(image, { shape, pixels: Float32Array.from(bytes.subarray(place * size, (place + 1) * size), (byte) => byte / 255) });
    });
    for (const image of this.known.keys()) {
      if (this.known.size <= MOST_KEPT) break;
      this.known.delete(image);
    }
  }
}
