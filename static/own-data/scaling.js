/**
 * Squares scaled to the size that a network sees, and turned into grey. The arithmetic is exact, as in
 * `kernelscope.datasets.own.pictures`, so that the same pictures make the same data set wherever they are scaled. Pure.
 *
 * @typedef {object} Square
 * @property {number} side
 * @property {number} channels 1 or 3
 * @property {ArrayLike<number>} levels 0 to 255, by row, column and channel
 */

/**
 * Each pixel is the mean of the area that it covers.
 * @param {Square} square
 * @param {number} side
 * @returns {Uint8Array} levels by channel (three), row and column
 */
export function scaled({ side: size, channels, levels }, side) {
  const shares = sharesOf(size, side);
  const rows = new Float64Array(side * size * channels);
  shares.forEach((parts, row) => {
    for (const [from, share] of parts) {
      const [to, at] = [row * size * channels, from * size * channels];
      for (let place = 0; place < size * channels; place += 1) rows[to + place] += share * levels[at + place];
    }
  });
  const found = new Uint8Array(3 * side * side);
  const whole = size * size;
  for (let channel = 0; channel < 3; channel += 1) {
    const source = Math.min(channel, channels - 1);
    for (let row = 0; row < side; row += 1) {
      shares.forEach((parts, column) => {
        let sum = 0;
        for (const [from, share] of parts) sum += share * rows[(row * size + from) * channels + source];
        found[(channel * side + row) * side + column] = Math.floor((2 * sum + whole) / (2 * whole));
      });
    }
  }
  return found;
}

/**
 * For each of `side` pixels, which of `size` it covers, and how much of each, in parts of 1/`side`.
 * @param {number} size
 * @param {number} side
 * @returns {[from: number, share: number][][]}
 */
function sharesOf(size, side) {
  return Array.from({ length: side }, (_, place) => {
    const [start, end] = [place * size, (place + 1) * size];
    /** @type {[number, number][]} */
    const parts = [];
    for (let from = Math.floor(start / side); from * side < end; from += 1) {
      parts.push([from, Math.min(end, (from + 1) * side) - Math.max(start, from * side)]);
    }
    return parts;
  });
}

/** Whether red, green and blue are the same everywhere. @param {Uint8Array} image of three channels */
export function isGrey(image) {
  const size = image.length / 3;
  for (let at = 0; at < size; at += 1) {
    if (image[at] !== image[at + size] || image[at] !== image[at + 2 * size]) return false;
  }
  return true;
}

/** By ITU-R BT.601, in whole numbers. @param {Uint8Array} image of three channels @returns {Uint8Array} of one */
export function grey(image) {
  const size = image.length / 3;
  return Uint8Array.from(
    { length: size },
    (_, at) => (19595 * image[at] + 38470 * image[at + size] + 7471 * image[at + 2 * size] + 32768) >> 16,
  );
}

/**
 * The square in the middle of what is drawn, without opacity: what is transparent becomes white.
 * @param {Uint8ClampedArray} data red, green, blue and opacity
 * @param {number} side
 * @returns {Square}
 */
export function onWhite(data, side) {
  const levels = new Uint8Array(3 * side * side);
  for (let at = 0; at < side * side; at += 1) {
    const opacity = data[4 * at + 3];
    for (let channel = 0; channel < 3; channel += 1) {
      levels[3 * at + channel] = Math.floor((data[4 * at + channel] * opacity + 255 * (255 - opacity) + 127) / 255);
    }
  }
  return { side, channels: 3, levels };
}
