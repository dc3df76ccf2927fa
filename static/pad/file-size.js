/**
 * The size of a picture in a file, read from its first bytes, so that a picture that would need too much memory is never decoded. Pure.
 *
 * @typedef {{type: string, width: number, height: number}} Size
 */

/** How many bytes at the beginning of a file are looked at: a JPEG has its size behind its metadata, which may hold whole pictures. */
export const HEAD_BYTES = 1 << 22;

/**
 * @param {Uint8Array} bytes the first ones
 * @returns {Size | null} null: it is no PNG, JPEG, GIF, WebP or BMP, or broken
 */
export function sizeIn(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    for (const read of [png, gif, bmp, webp, jpeg]) {
      const size = read(view);
      if (size) return size.width > 0 && size.height > 0 ? size : null;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // It ends before it has said how large it is.
  }
  return null;
}

/** @param {DataView} view @param {number} from @param {string} letters */
function says(view, from, letters) {
  return [...letters].every((letter, place) => view.getUint8(from + place) === letter.charCodeAt(0));
}

/** @param {DataView} view @returns {Size | null} */
function png(view) {
  if (!says(view, 1, "PNG\r\n")) return null;
  return { type: "png", width: view.getUint32(16), height: view.getUint32(20) };
}

/** @param {DataView} view @returns {Size | null} */
function gif(view) {
  if (!says(view, 0, "GIF8")) return null;
  return { type: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** @param {DataView} view @returns {Size | null} */
function bmp(view) {
  if (!says(view, 0, "BM")) return null;
  // The height is negative where rows run downwards.
  return { type: "bmp", width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/** @param {DataView} view @returns {Size | null} */
function webp(view) {
  if (!says(view, 0, "RIFF") || !says(view, 8, "WEBP")) return null;
  if (says(view, 12, "VP8X")) return { type: "webp", width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  if (says(view, 12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { type: "webp", width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  return { type: "webp", width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

const uint24 = (/** @type {DataView} */ view, /** @type {number} */ at) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** @param {DataView} view @returns {Size | null} */
function jpeg(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) at += 1;
    else if (marker < 0xff01) return null;
    // A start of frame: all from C0 to CF but the tables C4 and CC, and the reserved C8.
    else if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { type: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else at += 2 + view.getUint16(at + 2);
  }
}
