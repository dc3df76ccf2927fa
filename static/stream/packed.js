/**
 * Arrays in text messages: base64 of little-endian float32, row-major.
 *
 * @typedef {{shape: number[], data: string}} Packed
 */

/** @param {string} base64 @returns {ArrayBuffer} */
export function bufferOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

/** @param {Packed} packed @returns {Float32Array} */
export function unpack({ shape, data }) {
  const values = new Float32Array(bufferOf(data));
  const length = shape.reduce((product, size) => product * size, 1);
  if (values.length !== length) throw new Error(`expected ${shape.join(" × ")} numbers, got ${values.length}`);
  return values;
}

/**
 * Pixels from 0 to 1, each in a byte.
 * @param {Packed} packed
 * @returns {Float32Array}
 */
export function unpackPixels({ data }) {
  return Float32Array.from(new Uint8Array(bufferOf(data)), (level) => level / 255);
}
