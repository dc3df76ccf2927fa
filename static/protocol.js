/**
 * Reads the binary frames of docs/protocol.md. The tensors are typed arrays laid over the message's own bytes: nothing
 * is copied. Whatever departs from the document is an error, because a picture of misread bytes looks like a picture.
 *
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float32Array | Float64Array | Int32Array} data
 *
 * @typedef {object} ScalarsFrame
 * @property {"scalars"} kind
 * @property {number} run
 * @property {number} firstStep
 * @property {number} lastStep
 * @property {number} lanes
 * @property {Float32Array} loss            steps × lanes
 * @property {Float32Array} accuracy        steps × lanes
 * @property {Float64Array} learningRate    steps × lanes
 * @property {Int32Array} testStep          tests
 * @property {Float32Array} testLoss        tests × lanes
 * @property {Float32Array} testAccuracy    tests × lanes
 *
 * @typedef {object} SnapshotFrame
 * @property {"snapshot"} kind
 * @property {number} run
 * @property {number} frame
 * @property {number} step
 * @property {number} imagesSeen
 * @property {number | null} stepsPerSecond
 * @property {number[]} laneSteps
 * @property {Map<string, Tensor>} tensors
 */

const MAGIC = "KSCP";
const VERSION = 1;
const HEADER_BYTES = 16;
const ALIGNMENT = 8;

const ELEMENTS = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

/** The bytes of a message are not what docs/protocol.md says. */
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
function require(condition, message) {
  if (!condition) throw new ProtocolError(message);
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {ScalarsFrame | SnapshotFrame}
 */
export function decodeFrame(buffer) {
  require(buffer.byteLength >= HEADER_BYTES, `frame: ${buffer.byteLength} bytes are too few for a header`);
  const header = new DataView(buffer, 0, HEADER_BYTES);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  require(magic === MAGIC, `magic: expected ${MAGIC}, got ${JSON.stringify(magic)}`);
  const version = header.getUint16(4, true);
  require(version === VERSION, `version: expected ${VERSION}, got ${version}`);
  const kind = header.getUint16(6, true);
  const directoryBytes = header.getUint32(8, true);
  const payloadBytes = header.getUint32(12, true);
  require(directoryBytes % ALIGNMENT === 0, `directory: ${directoryBytes} bytes are no multiple of ${ALIGNMENT}`);
  require(payloadBytes % ALIGNMENT === 0, `payload: ${payloadBytes} bytes are no multiple of ${ALIGNMENT}`);
  const expected = HEADER_BYTES + directoryBytes + payloadBytes;
  require(buffer.byteLength === expected, `frame: expected ${expected} bytes, got ${buffer.byteLength}`);

  const directory = parseDirectory(new Uint8Array(buffer, HEADER_BYTES, directoryBytes));
  const tensors = readTensors(buffer, HEADER_BYTES + directoryBytes, payloadBytes, directory.tensors);
  if (kind === 1) return scalarsFrame(directory, tensors);
  if (kind === 2) return snapshotFrame(directory, tensors);
  throw new ProtocolError(`kind: expected 1 or 2, got ${kind}`);
}

/**
 * @param {Uint8Array} bytes
 * @returns {Record<string, unknown>}
 */
function parseDirectory(bytes) {
  let directory;
  try {
    directory = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
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
 * @returns {Map<string, Tensor>}
 */
function readTensors(buffer, start, length, entries) {
  require(isObject(entries), "tensors: expected an object");
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [name, entry] of Object.entries(entries)) {
    require(isObject(entry), `${name}: expected an object`);
    const { dtype, shape, offset } = entry;
    require(dtype === "f4" || dtype === "f8" || dtype === "i4", `${name}: unknown dtype ${JSON.stringify(dtype)}`);
    require(isCountList(shape), `${name}: shape ${JSON.stringify(shape)} is no list of counts`);
    require(isCount(offset) && offset % ALIGNMENT === 0, `${name}: offset ${offset} is no multiple of ${ALIGNMENT}`);
    const Elements = ELEMENTS[dtype];
    const count = shape.reduce((product, size) => product * size, 1);
    const end = offset + count * Elements.BYTES_PER_ELEMENT;
    require(end <= length, `${name}: ends at byte ${end} of a payload of ${length}`);
    tensors.set(name, { shape, data: new Elements(buffer, start + offset, count) });
  }
  return tensors;
}

/**
 * @param {Record<string, unknown>} directory
 * @param {Map<string, Tensor>} tensors
 * @returns {ScalarsFrame}
 */
function scalarsFrame(directory, tensors) {
  const run = count(directory, "run");
  const firstStep = count(directory, "first_step");
  const lastStep = count(directory, "last_step");
  const steps = lastStep - firstStep + 1;
  require(steps >= 0, `scalars: first_step ${firstStep} is after last_step ${lastStep}`);
  const lossTensor = tensors.get("loss");
  require(lossTensor?.shape.length === 2, "loss: expected the shape [steps, lanes]");
  const lanes = lossTensor.shape[1];
  const testStep = typed(tensors, "test.step", Int32Array);
  const tests = testStep.length;
  return {
    kind: "scalars",
    run,
    firstStep,
    lastStep,
    lanes,
    loss: typed(tensors, "loss", Float32Array, [steps, lanes]),
    accuracy: typed(tensors, "accuracy", Float32Array, [steps, lanes]),
    learningRate: typed(tensors, "learning_rate", Float64Array, [steps, lanes]),
    testStep: typed(tensors, "test.step", Int32Array, [tests]),
    testLoss: typed(tensors, "test.loss", Float32Array, [tests, lanes]),
    testAccuracy: typed(tensors, "test.accuracy", Float32Array, [tests, lanes]),
  };
}

/**
 * @param {Record<string, unknown>} directory
 * @param {Map<string, Tensor>} tensors
 * @returns {SnapshotFrame}
 */
function snapshotFrame(directory, tensors) {
  const { steps_per_second: stepsPerSecond, lane_steps: laneSteps } = directory;
  require(
    stepsPerSecond === null || (typeof stepsPerSecond === "number" && stepsPerSecond >= 0),
    `steps_per_second: expected a number or null, got ${stepsPerSecond}`,
  );
  require(isCountList(laneSteps), `lane_steps: ${JSON.stringify(laneSteps)} is no list of steps`);
  for (const [name, { shape }] of tensors) {
    if (!/^(params|grads)\//.test(name)) continue;
    require(shape[0] === laneSteps.length, `${name}: ${shape[0]} lanes where lane_steps has ${laneSteps.length}`);
  }
  return {
    kind: "snapshot",
    run: count(directory, "run"),
    frame: count(directory, "frame"),
    step: count(directory, "step"),
    imagesSeen: count(directory, "images_seen"),
    stepsPerSecond,
    laneSteps,
    tensors,
  };
}

/**
 * The elements of a tensor that must be there, in the type (and shape, where given) that the document says.
 * @template {Float32Array | Float64Array | Int32Array} T
 * @param {Map<string, Tensor>} tensors
 * @param {string} name
 * @param {abstract new (...args: any[]) => T} Elements
 * @param {number[]} [shape]
 * @returns {T}
 */
function typed(tensors, name, Elements, shape) {
  const tensor = tensors.get(name);
  require(tensor !== undefined, `${name}: missing`);
  const { data } = tensor;
  require(data instanceof Elements, `${name}: expected ${Elements.name}, got ${data.constructor.name}`);
  const fits = shape === undefined || String(tensor.shape) === String(shape);
  require(fits, `${name}: expected the shape [${shape}], got [${tensor.shape}]`);
  return data;
}

/**
 * @param {Record<string, unknown>} directory
 * @param {string} name
 */
function count(directory, name) {
  const value = directory[name];
  require(isCount(value), `${name}: expected a whole number, got ${JSON.stringify(value)}`);
  return value;
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
}

/** @param {unknown} value @returns {value is number[]} */
function isCountList(value) {
  return Array.isArray(value) && value.every(isCount);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
