/**
 * Makes frames by the letter of docs/protocol.md, for tests of their reader. Written from the document, not from the
 * reader, so that the two can disagree.
 */

const SIZES = /** @type {const} */ ({ f4: 4, f8: 8, i4: 4, i1: 1 });
const SETTERS = /** @type {const} */ ({ f4: "setFloat32", f8: "setFloat64", i4: "setInt32", i1: "setInt8" });

/** @param {number} bytes */
const padded = (bytes) => Math.ceil(bytes / 8) * 8;

/**
 * @param {object} options
 * @param {number} options.kind
 * @param {Record<string, unknown>} options.members of the directory
 * @param {Record<string, {dtype: keyof typeof SIZES, shape: number[], values: number[]}>} options.tensors
 * @param {string} [options.magic]
 * @param {number} [options.version]
 * @param {(entries: Record<string, any>) => void} [options.spoil] changes the directory's tensors after the fact
 * @returns {ArrayBuffer}
 */
export function makeFrame({ kind, members, tensors, magic = "KSCP", version = 5, spoil }) {
  /** @type {Record<string, {dtype: string, shape: number[]}>} */
  const entries = {};
  let payload = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    entries[name] = { dtype, shape };
    payload += padded(values.length * SIZES[dtype]);
  }
  spoil?.(entries);
  const json = new TextEncoder().encode(JSON.stringify({ ...members, tensors: entries }));
  const directory = padded(json.length);
  const buffer = new ArrayBuffer(16 + directory + payload);
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint16(4, version, true);
  view.setUint16(6, kind, true);
  view.setUint32(8, directory, true);
  view.setUint32(12, payload, true);
  bytes.fill(0x20, 16, 16 + directory);
  bytes.set(json, 16);
  let offset = 16 + directory;
  for (const { dtype, values } of Object.values(tensors)) {
    values.forEach((value, index) => view[SETTERS[dtype]](offset + index * SIZES[dtype], value, true));
    offset += padded(values.length * SIZES[dtype]);
  }
  return buffer;
}

/**
 * Frames as one message.
 * @param {...ArrayBuffer} frames
 */
export function joined(...frames) {
  const message = new Uint8Array(frames.reduce((length, frame) => length + frame.byteLength, 0));
  let start = 0;
  for (const frame of frames) {
    message.set(new Uint8Array(frame), start);
    start += frame.byteLength;
  }
  return message.buffer;
}

/**
 * A scalars frame of steps first to last, whose loss at step s in lane l is s + l / 10. `steps` are those that have a row.
 * @param {{run?: number, first: number, last: number, stretch?: number, steps?: number[], lanes?: number, tests?: number[], observed?: number[], counted?: [number, number]}} options
 */
export function scalarsFrame({ run = 1, first, last, stretch = 1, steps, lanes = 2, tests = [], observed = [], counted }) {
  const rows = steps ?? Array.from({ length: last - first + 1 }, (_, index) => first + index);
  /** @param {number[]} of @param {(step: number, lane: number) => number} value */
  const table = (of, value) => of.flatMap((step) => Array.from({ length: lanes }, (_, lane) => value(step, lane)));
  return makeFrame({
    kind: 1,
    members: { run, first_step: first, last_step: last, stretch, tests: counted?.[0] ?? tests.length, observations: counted?.[1] ?? observed.length },
    tensors: {
      step: { dtype: "i4", shape: [rows.length], values: rows },
      loss: { dtype: "f4", shape: [rows.length, lanes], values: table(rows, (step, lane) => step + lane / 10) },
      accuracy: { dtype: "f4", shape: [rows.length, lanes], values: table(rows, () => 0.5) },
      learning_rate: { dtype: "f8", shape: [rows.length, lanes], values: table(rows, (_, lane) => 0.1 ** lane) },
      gradient_norm: { dtype: "f4", shape: [rows.length, lanes], values: table(rows, (step) => step * 2) },
      weight_norm: { dtype: "f4", shape: [rows.length, lanes], values: table(rows, () => 8) },
      update_norm: { dtype: "f4", shape: [rows.length, lanes], values: table(rows, (_, lane) => 0.25 * (lane + 1)) },
      seconds: { dtype: "f8", shape: [rows.length], values: rows.map((step) => step / 100) },
      ...(observed.length > 0 && {
        "observed.step": { dtype: "i4", shape: [observed.length], values: observed },
        "observed.ratio": { dtype: "f4", shape: [observed.length, lanes], values: table(observed, (step, lane) => step / 8 + lane) },
        "observed.norm": {
          dtype: "f4",
          shape: [observed.length, lanes, 2],
          values: table(observed, (step, lane) => step + lane / 4).flatMap((norm) => [norm, -norm]),
        },
      }),
      "test.step": { dtype: "i4", shape: [tests.length], values: tests },
      "test.loss": { dtype: "f4", shape: [tests.length, lanes], values: table(tests, (step) => step) },
      "test.accuracy": { dtype: "f4", shape: [tests.length, lanes], values: table(tests, () => 0.25) },
    },
  });
}

/** Of the layer conv1 with one kernel of 2 × 3 in each of two lanes. */
const SHAPE = [2, 1, 1, 2, 3];

/**
 * A snapshot whose weights count from 0.
 * @param {{run?: number, step?: number, gradients?: boolean, dtype?: "f4" | "i1"}} [options]
 */
export function snapshotFrame({ run = 1, step = 5, gradients = true, dtype = "f4" } = {}) {
  const values = Array.from({ length: 12 }, (_, index) => index);
  const limits = { "params/conv1.weight": { limit: 12.6, set_at: 3 }, "grads/conv1.weight": { limit: 25.2, set_at: 4 } };
  return makeFrame({
    kind: 2,
    members: {
      run,
      step,
      images_seen: step * 64,
      steps_per_second: 148.5,
      lane_steps: [step, step],
      time: 1795410000123.5,
      active_step: null,
      limits,
    },
    tensors: {
      "params/conv1.weight": { dtype, shape: SHAPE, values },
      ...(gradients && { "grads/conv1.weight": { dtype, shape: SHAPE, values: values.map((value) => -value) } }),
    },
  });
}

/** @param {{run?: number, step?: number, layer?: string, out?: number, channel?: number, map?: number[]}} [options] `map`: the response, a row in each lane */
export function kernelFrame({ run = 1, step = 5, layer = "conv1", out = 0, channel = 0, map } = {}) {
  const values = Array.from({ length: 12 }, (_, index) => index + 0.25);
  return makeFrame({
    kind: 3,
    members: { run, step, lane_steps: [step, step], layer, out, in: channel },
    tensors: {
      weight: { dtype: "f4", shape: [2, 2, 3], values },
      gradient: { dtype: "f4", shape: [2, 2, 3], values: values.map((value) => -value) },
      ...(map && { responses: { dtype: "f4", shape: [2, 1, map.length / 2], values: map } }),
    },
  });
}
