import { unpackPixels } from "../../stream/packed.js";

/**
 * The small pictures of test images, asked for once each.
 *
 * @typedef {{shape: number[], pixels: Float32Array}} Picture
 */

/** As many as the server shows at once (server/kernelscope/studies/pictures.py). */
const MOST_AT_ONCE = 64;
/** How many are kept, of up to 48 KB each: some pages of the list. */
const MOST_KEPT = 256;

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

  /** @param {{images: number[], pixels: import("../../stream/packed.js").Packed}} finding */
  add({ images, pixels }) {
    const [, ...shape] = pixels.shape;
    const all = unpackPixels(pixels);
    const size = all.length / images.length;
    images.forEach((image, place) => {
      this.known.set(image, { shape, pixels: all.slice(place * size, (place + 1) * size) });
    });
    for (const image of this.known.keys()) {
      if (this.known.size <= MOST_KEPT) break;
      this.known.delete(image);
    }
  }
}
