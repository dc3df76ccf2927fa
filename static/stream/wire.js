/**
 * The bytes of docs/protocol.md: a binary message is one or more frames, each a header, a directory and tensors. The tensors are
 * typed arrays over the message's own bytes, not copies. Any departure from the document is an error, because misread bytes still
 * make a picture.
 *
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float32Array | Float64Array | Int32Array | Int8Array} data
 *
 * @typedef {object} Frame
 * @property {number} kind
 * @property {Record<string, unknown>} directory
 * @property {Map<string, Tensor>} tensors
 */

const MAGIC = "KSCP";
const VERSION = 5;
const HEADER_BYTES = 16;
const ALIGNMENT = 8;

const ELEMENTS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, i1: Int8Array };
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A message that does not conform to docs/protocol.md. */
export class ProtocolError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProtocolError";
  }
}

/**
 * @param {boolean} condition
 * @param {string} message
 * @returns {asserts condition}
 */
export function require(condition, message) {
  if (!condition) throw new ProtocolError(message);
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Frame[]} at least one
 */
export function readFrames(buffer) {
  const frames = [];
  let start = 0;
  do {
    const { frame, end } = readFrame(buffer, start);
    frames.push(frame);
    start = end;
  } while (start < buffer.byteLength);
  return frames;
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} start
 * @returns {{frame: Frame, end: number}}
 */
function readFrame(buffer, start) {
  const there = buffer.byteLength - start;
  require(there >= HEADER_BYTES, `frame: ${there} bytes are too few for a header`);
  const header = new DataView(buffer, start, HEADER_BYTES);
  const magic = String.fromCharCode(...new Uint8Array(buffer, start, 4));
  require(magic === MAGIC, `magic: expected ${MAGIC}, got ${JSON.stringify(magic)}`);
  const version = header.getUint16(4, true);
  require(version === VERSION, `version: expected ${VERSION}, got ${version}`);
  const directoryBytes = header.getUint32(8, true);
  const payloadBytes = header.getUint32(12, true);
  require(directoryBytes % ALIGNMENT === 0, `directory: ${directoryBytes} bytes are no multiple of ${ALIGNMENT}`);
  require(payloadBytes % ALIGNMENT === 0, `payload: ${payloadBytes} bytes are no multiple of ${ALIGNMENT}`);
  const expected = HEADER_BYTES + directoryBytes + payloadBytes;
  require(there >= expected, `frame: expected ${expected} bytes, got ${there}`);

  const directory = readDirectory(new Uint8Array(buffer, start + HEADER_BYTES, directoryBytes));
  const tensors = readTensors(buffer, start + HEADER_BYTES + directoryBytes, payloadBytes, directory.tensors);
  return { frame: { kind: header.getUint16(6, true), directory, tensors }, end: start + expected };
}

/**
 * @param {Uint8Array} bytes
 * @returns {Record<string, unknown>}
 */
function readDirectory(bytes) {
  let directory;
  try {
    directory = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new ProtocolError(`directory: ${error instanceof Error ? error.message : error}`);
  }
  require(isObject(directory), "directory: expected a JSON object");
  return directory;
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} start of the payload
 * @param {number} length of the payload
 * @param {unknown} entries the directory's `tensors`
 */
function readTensors(buffer, start, length, entries) {
  require(isObject(entries), "tensors: expected an object");
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  let offset = 0;
  for (const [name, entry] of Object.entries(entries)) {
    require(isObject(entry), `${name}: expected an object`);
    const { dtype, shape } = entry;
    require(isDtype(dtype), `${name}: unknown dtype ${JSON.stringify(dtype)}`);
    require(isCountList(shape), `${name}: shape ${JSON.stringify(shape)} is no list of counts`);
    const Elements = ELEMENTS[dtype];
    const count = shape.reduce((product, size) => product * size, 1);
    const end = offset + count * Elements.BYTES_PER_ELEMENT;
    require(end <= length, `${name}: ends at byte ${end} of a payload of ${length}`);
    tensors.set(name, { shape, data: new Elements(buffer, start + offset, count) });
    offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
  }
  return tensors;
}

/** @param {unknown} value @returns {value is keyof typeof ELEMENTS} */
function isDtype(value) {
  return typeof value === "string" && Object.hasOwn(ELEMENTS, value);
}

/** @param {unknown} value @returns {value is number} */
export function isCount(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
}

/** @param {unknown} value @returns {value is number[]} */
export function isCountList(value) {
  return Array.isArray(value) && value.every(isCount);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The elements of a required tensor, checked for its type and, if given, its shape.
 * @template {Float32Array | Float64Array | Int32Array} T
 * @param {Map<string, Tensor>} tensors
 * @param {string} name
 * @param {abstract new (...args: any[]) => T} Elements
 * @param {number[]} [shape]
 * @returns {T}
 */
export function typed(tensors, name, Elements, shape) {
  const tensor = tensors.get(name);
  require(tensor !== undefined, `${name}: missing`);
  const { data } = tensor;
  require(data instanceof Elements, `${name}: expected ${Elements.name}, got ${data.constructor.name}`);
  const fits = shape === undefined || String(tensor.shape) === String(shape);
  require(fits, `${name}: expected the shape [${shape}], got [${tensor.shape}]`);
  return data;
}

/**
 * A required integer of a directory.
 * @param {Record<string, unknown>} directory
 * @param {string} name
 */
export function integer(directory, name) {
  const value = directory[name];
  require(typeof value === "number" && Number.isInteger(value), `${name}: expected an integer, got ${JSON.stringify(value)}`);
  return value;
}

/**
 * A required count of a directory.
 * @param {Record<string, unknown>} directory
 * @param {string} name
 */
export function count(directory, name) {
  const value = directory[name];
  require(isCount(value), `${name}: expected a whole number, got ${JSON.stringify(value)}`);
  return value;
}
