import { MOST_FILES, Unusable } from "./unusable.js";

/**
 * Files in a zip, unpacked one at a time, with a bound on what comes: what a header says of a size is not believed.
 * APPNOTE.TXT of PKWARE, 6.3.10, describes the format. The browser inflates; what is left is to find the files. It is our own since
 * fflate 0.8 takes a zip whole into memory or follows its local headers, which need not be what its list says, tells neither what is
 * encrypted nor what is a link, and checks no CRC-32; zip.js 2.24 does all that in twenty times as much script.
 *
 * @typedef {import("./unusable.js").Left} Left
 *
 * @typedef {object} ZipEntry
 * @property {string} name with `/`; a folder's ends with one
 * @property {(most: number) => Promise<Uint8Array<ArrayBuffer>>} read unpacks it
 */

const [LOCAL, CENTRAL, END, LOCATOR, END64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x07064b50, 0x06064b50];
const END_SIZE = 22;
const MOST_DIRECTORY = 2 ** 27;
const [FULL16, FULL32] = [0xffff, 0xffffffff];
const LINK = 0o120000;
const KIND = 0o170000;

/**
 * @param {Blob} blob
 * @returns {Promise<{entries: ZipEntry[], left: Left[]}>}
 * @throws {Unusable} it is no zip, or has too many files
 */
export async function zipEntries(blob) {
  const { start, size } = await directoryOf(blob);
  if (size > MOST_DIRECTORY) throw new Unusable("own.left.many", { most: MOST_FILES });
  const view = await viewOf(blob, start, start + size);
  /** @type {ZipEntry[]} */
  const entries = [];
  /** @type {Left[]} */
  const left = [];
  const names = new Set();
  try {
    for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === CENTRAL;) {
      const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
      const name = textAt(view, at + 46, nameLength).replaceAll("\\", "/");
      const key =
        reasonAgainst(name, view.getUint32(at + 38, true) >>> 16, view.getUint16(at + 8, true)) ||
        (names.has(name) ? "own.left.twice" : "");
      if (key) left.push({ name, key });
      else entries.push({ name, read: readerOf(blob, view, at, at + 46 + nameLength, extraLength) });
      names.add(name);
      if (names.size > MOST_FILES) throw new Unusable("own.left.many", { most: MOST_FILES });
      at += 46 + nameLength + extraLength + noteLength;
    }
  } catch (error) {
    throw error instanceof RangeError ? new Unusable("own.left.no_zip") : error;
  }
  return { entries, left };
}

/**
 * @param {string} name
 * @param {number} mode of Unix
 * @param {number} flags
 */
function reasonAgainst(name, mode, flags) {
  if ((mode & KIND) === LINK) return "own.left.link";
  const parts = name.split("/");
  if (name.startsWith("/") || parts[0].includes(":") || parts.includes("..")) return "own.left.outside";
  return flags & 1 ? "own.left.encrypted" : "";
}

/** Where the list of files is. @param {Blob} blob */
async function directoryOf(blob) {
  const from = Math.max(0, blob.size - END_SIZE - FULL16);
  const view = await viewOf(blob, from, blob.size);
  for (let at = view.byteLength - END_SIZE; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END) continue;
    let [size, start] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    const isLarge = view.getUint16(at + 10, true) === FULL16 || size === FULL32 || start === FULL32;
    if (isLarge && at >= 20 && view.getUint32(at - 20, true) === LOCATOR) {
      const place = numberAt(view, at - 12);
      const record = await viewOf(blob, place, place + 56);
      if (record.byteLength < 56 || record.getUint32(0, true) !== END64) break;
      [size, start] = [numberAt(record, 40), numberAt(record, 48)];
    }
    if (start + size > blob.size) break;
    return { start, size };
  }
  throw new Unusable("own.left.no_zip");
}

/**
 * @param {Blob} blob
 * @param {DataView} view of the list
 * @param {number} at where the file's record begins
 * @param {number} extra where its further fields begin
 * @param {number} extraLength
 * @returns {ZipEntry["read"]}
 */
function readerOf(blob, view, at, extra, extraLength) {
  const method = view.getUint16(at + 10, true);
  const sum = view.getUint32(at + 16, true);
  const unpacked = view.getUint32(at + 24, true);
  let [size, start] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  // Sizes and places that need 64 bits follow in this order, those that need them.
  for (let place = extra; place + 4 <= extra + extraLength; place += 4 + view.getUint16(place + 2, true)) {
    if (view.getUint16(place, true) !== 1) continue;
    let next = place + 4 + (unpacked === FULL32 ? 8 : 0);
    if (size === FULL32) [size, next] = [numberAt(view, next), next + 8];
    if (start === FULL32) start = numberAt(view, next);
  }
  return async (most) => {
    const head = await viewOf(blob, start, start + 30);
    if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) throw new Unusable("own.left.broken");
    const begin = start + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    const packed = blob.slice(begin, begin + size);
    if (packed.size < size) throw new Unusable("own.left.broken");
    if (method !== 0 && method !== 8) throw new Unusable("own.left.packed");
    if (method === 0 && size > most) throw new Unusable("own.left.large", { most: Math.round(most / 2 ** 20) });
    // What is stored as it is takes one reading, and is as large as it is.
    const found =
      method === 0
        ? new Uint8Array(await packed.arrayBuffer())
        : await readWhole(packed.stream().pipeThrough(new DecompressionStream("deflate-raw")), most);
    if (checksum(found) !== sum) throw new Unusable("own.left.broken");
    return found;
  };
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} most bytes
 */
async function readWhole(stream, most) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) throw new Unusable("own.left.large", { most: Math.round(most / 2 ** 20) });
      parts.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Unusable ? error : new Unusable("own.left.broken");
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32. @param {Uint8Array} bytes */
function checksum(bytes) {
  let value = FULL32;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 255];
  return (value ^ FULL32) >>> 0;
}

/** @param {Blob} blob @param {number} from @param {number} to */
async function viewOf(blob, from, to) {
  return new DataView(await blob.slice(from, to).arrayBuffer());
}

/** A number of 64 bits; one beyond what can be a place in a file stays one. @param {DataView} view @param {number} at */
const numberAt = (view, at) => Number(view.getBigUint64(at, true));

/** @param {DataView} view @param {number} at @param {number} length */
function textAt(view, at, length) {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
}
