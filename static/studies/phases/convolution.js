/**
 * One window of a convolution: its products and their sum. Pure.
 *
 * Z[o, y, x] = b[o] + Σ_c Σ_ij W[o, c, i, j] · X[c, y·s + i·d − p, x·s + j·d − p], where c are the channels of the filter's group
 *
 * @typedef {object} Geometry
 * @property {number} rows    of the input
 * @property {number} cols
 * @property {number} height  of the kernel
 * @property {number} width
 * @property {number[]} stride
 * @property {number[]} padding
 * @property {number[]} dilation
 */

/**
 * The input under the window of an output pixel, row-major; 0 beyond the edges.
 * @param {ArrayLike<number>} map  [row, col]
 * @param {Geometry} geometry
 * @param {{row: number, col: number}} at of the output
 */
export function windowAt(map, { rows, cols, height, width, stride, padding, dilation }, at) {
  const top = at.row * stride[0] - padding[0];
  const left = at.col * stride[1] - padding[1];
  const found = new Float32Array(height * width);
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const [row, col] = [top + i * dilation[0], left + j * dilation[1]];
      if (row >= 0 && row < rows && col >= 0 && col < cols) found[i * width + j] = map[row * cols + col];
    }
  }
  return found;
}

/**
 * The rows and columns that a window lies over, those that its dilation leaves out included.
 * @param {Geometry} geometry
 */
export function reachOf({ height, width, dilation }) {
  return [(height - 1) * dilation[0] + 1, (width - 1) * dilation[1] + 1];
}

/**
 * Multiply cell by cell, and add up.
 * @param {ArrayLike<number>} window
 * @param {ArrayLike<number>} kernel of the same shape
 */
export function multiply(window, kernel) {
  const products = Float32Array.from(window, (value, index) => value * kernel[index]);
  let sum = 0;
  for (let index = 0; index < window.length; index += 1) sum += window[index] * kernel[index];
  return { products, sum };
}

/**
 * What each input channel adds to an output pixel: their sum plus the bias is its value.
 * @param {Float32Array} maps     [channel, row, col]
 * @param {Float32Array} kernels  of the filter, [channel, row, col]
 * @param {Geometry} geometry
 * @param {{row: number, col: number}} at of the output
 */
export function channelSums(maps, kernels, geometry, at) {
  const [map, kernel] = [geometry.rows * geometry.cols, geometry.height * geometry.width];
  return Array.from({ length: maps.length / map }, (_, channel) => {
    const window = windowAt(maps.subarray(channel * map, (channel + 1) * map), geometry, at);
    return multiply(window, kernels.subarray(channel * kernel, (channel + 1) * kernel)).sum;
  });
}

/**
 * The place of the value farthest from zero.
 * @param {Float32Array} values [row, col]
 * @param {number} cols
 */
export function farthest(values, cols) {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) if (Math.abs(values[index]) > Math.abs(values[best])) best = index;
  return { row: Math.floor(best / cols), col: best % cols };
}

/**
 * The output pixel whose window has its middle nearest to a place in the input.
 * @param {{row: number, col: number}} place
 * @param {Geometry} geometry
 * @param {{rows: number, cols: number}} output
 */
export function windowOver(place, geometry, output) {
  const { stride, padding } = geometry;
  const [height, width] = reachOf(geometry);
  const nearest = (
    /** @type {number} */ at,
    /** @type {number} */ size,
    /** @type {number} */ step,
    /** @type {number} */ pad,
    /** @type {number} */ count,
  ) => Math.min(count - 1, Math.max(0, Math.round((at - (size - 1) / 2 + pad) / step)));
  return {
    row: nearest(place.row, height, stride[0], padding[0], output.rows),
    col: nearest(place.col, width, stride[1], padding[1], output.cols),
  };
}
