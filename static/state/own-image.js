/**
 * A picture of the page's user, drawn or brought: as the server is told it, as it stands in the address, and its index. Pure.
 *
 * A byte for each value, [channel, row, col]; the index of the class that its user has given it.
 * @typedef {{levels: Uint8Array, label: number | null}} OwnImage
 */

/**
 * Its index, below those of the data set's images: the server names it alike (docs/protocol.md, *Wishes*).
 * @param {OwnImage} image
 */
export function indexOf({ levels, label }) {
  const written = new Uint8Array(4);
  new DataView(written.buffer).setInt32(0, label ?? -1, true);
  return -1 - crc32([levels, written]);
}

/** @param {Uint8Array[]} parts */
function crc32(parts) {
  let sum = 0xffffffff;
  for (const part of parts) {
    for (const byte of part) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return ~sum >>> 0;
}

/** The member `own` of a `want`. @param {OwnImage} image */
export function wireOf({ levels, label }) {
  return { levels: base64(levels), label };
}

/** The label, or nothing, and the levels, as they stand in the address. @param {OwnImage} image */
export function textOf({ levels, label }) {
  return `own.${label ?? ""}.${base64(levels).replaceAll("+", "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/**
 * @param {string} text of an address
 * @param {number} length of the levels
 * @param {number} classes
 * @returns {OwnImage | null} null: it says no picture of this data set's size and classes
 */
export function ownImageIn(text, length, classes) {
  const [, said, coded] = /^own\.(\d*)\.([\w-]+)$/.exec(text) ?? [];
  const label = said ? Number(said) : null;
  if (coded === undefined || (label !== null && label >= classes)) return null;
  try {
    const levels = Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return levels.length === length ? { levels, label } : null;
  } catch {
    return null; // it is no base64
  }
}

/** @param {Uint8Array} levels */
function base64(levels) {
  return btoa(Array.from(levels, (level) => String.fromCharCode(level)).join(""));
}

/** How many levels an image of a data set has. @param {{image_shape: number[]}} dataset */
export function lengthOf({ image_shape: shape }) {
  return shape.reduce((product, size) => product * size, 1);
}
