/**
 * Arrays in text messages: base64 of little-endian float32, row by row.
 *
 * @typedef {{shape: number[], data: string}} Packed
 */

/** @param {Packed} packed @returns {Float32Array} */
export function unpack({ shape, data }) {
  const text = atob(data);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const values = new Float32Array(bytes.buffer);
  const length = shape.reduce((product, size) => product * size, 1);
  if (values.length !== length) throw new Error(`expected ${shape.join(" × ")} numbers, got ${values.length}`);
  return values;
}
