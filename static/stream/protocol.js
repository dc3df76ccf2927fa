import { COLUMNS } from "./scalars.js";
import { count, integer, isCountList, isObject, ProtocolError, readFrames, require, typed } from "./wire.js";

/**
 * The meaning of the frames of docs/protocol.md, and checks that they conform to it.
 *
 * @typedef {import("./wire.js").Frame} Frame
 * @typedef {import("./wire.js").Tensor} Tensor
 *
 * Levels of the colour scale, or exact numbers.
 * @typedef {Int8Array | Float32Array} Values
 *
 * @typedef {object} ScalarsFrame
 * @property {"scalars"} kind
 * @property {number} run
 * @property {number} firstStep
 * @property {number} lastStep
 * @property {number} stretch               1: a row for every step; more: the extremes of each stretch of that many steps
 * @property {number} lanes
 * @property {number} tests                 in the run up to this frame's end; observations likewise
 * @property {number} observations
 * @property {number} filters               of all conv layers; 0 where there are too many, and in a frame without observations
 * @property {import("./scalars.js").Columns} columns  by the names of their tensors
 *
 * The end of a colour scale, and the step at which it was last set.
 * @typedef {{limit: number, setAt: number}} Limit
 *
 * The same of a symmetric logarithmic scale, which is about linear from −linear to +linear.
 * @typedef {Limit & {linear: number}} SymlogLimit
 *
 * @typedef {object} SnapshotFrame
 * @property {"snapshot"} kind
 * @property {number} run
 * @property {number} step
 * @property {number} imagesSeen
 * @property {number | null} stepsPerSecond
 * @property {number[]} laneSteps
 * @property {number} time                  milliseconds since 1970 by the server's clock
 * @property {number | null} activeStep     after which step the filters' responses were measured
 * @property {number | null} image          of which `image/`, `responses/` and `sensitivities/` are; null: there are none
 * @property {Map<string, Limit>} limits
 * @property {Map<string, Limit[]>} laneLimits  of each lane's own scale, by the names of the tensors; empty unless wanted
 * @property {Map<string, SymlogLimit>} symlogLimits  likewise
 * @property {Map<string, Tensor>} tensors
 *
 * The exact numbers of one kernel, of the snapshot in the same message.
 * @typedef {object} KernelFrame
 * @property {"kernel"} kind
 * @property {number} run
 * @property {number} step
 * @property {number[]} laneSteps
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {Float32Array} weight          lanes × rows × cols
 * @property {Float32Array | null} gradient lanes × rows × cols
 * @property {Float32Array | null} update   lanes × rows × cols
 * @property {Float32Array | null} before   lanes × rows × cols
 * @property {Float32Array | null} responses  lanes × rows × cols of its filter's map; null if it wasn't wanted
 * @property {Float32Array | null} sensitivities  likewise, of ∂L/∂Z
 *
 * @typedef {object} Message
 * @property {ScalarsFrame[]} scalars
 * @property {KernelFrame[]} kernels        of different kernels
 * @property {SnapshotFrame | null} snapshot
 */

/** Levels on each side of zero; one more means beyond the scale. */
export const REACH = 126;
/** The level of what is not finite. */
export const NOT_FINITE = -128;

/** The order of the frames in a message. */
const ORDER = { scalars: 1, kernel: 2, snapshot: 3 };

/**
 * @param {ArrayBuffer} buffer
 * @returns {Message}
 */
export function decodeMessage(buffer) {
  /** @type {Message} */
  const message = { scalars: [], kernels: [], snapshot: null };
  let place = 0;
  for (const frame of readFrames(buffer).map(decodeFrame)) {
    require(ORDER[frame.kind] >= place, `message: ${frame.kind} in the wrong place`);
    place = ORDER[frame.kind];
    if (frame.kind === "scalars") {
      message.scalars.push(frame);
    } else if (frame.kind === "kernel") {
      require(!message.kernels.some((other) => isSame(frame, other)), "message: the same kernel twice");
      message.kernels.push(frame);
    } else {
      require(message.snapshot === null, "message: two snapshots");
      message.snapshot = frame;
    }
  }
  const { kernels, snapshot } = message;
  const fits = kernels.every(({ run, step }) => snapshot?.run === run && snapshot.step === step);
  require(fits, "kernel: not of the snapshot that follows");
  return message;
}

/**
 * @param {KernelFrame} one
 * @param {KernelFrame} other
 */
function isSame(one, other) {
  return one.layer === other.layer && one.out === other.out && one.in === other.in;
}

/** @param {Frame} frame */
function decodeFrame({ kind, directory, tensors }) {
  if (kind === 1) return scalarsFrame(directory, tensors);
  if (kind === 2) return snapshotFrame(directory, tensors);
  if (kind === 3) return kernelFrame(directory, tensors);
  throw new ProtocolError(`kind: expected 1, 2 or 3, got ${kind}`);
}

/**
 * @param {Record<string, unknown>} directory
 * @param {Map<string, Tensor>} tensors
 * @returns {ScalarsFrame}
 */
function scalarsFrame(directory, tensors) {
  const firstStep = count(directory, "first_step");
  const lastStep = count(directory, "last_step");
  const stretch = count(directory, "stretch");
  require(firstStep >= 1 && lastStep >= firstStep - 1, `scalars: steps from ${firstStep} to ${lastStep}`);
  require(stretch >= 1, `stretch: expected 1 or more, got ${stretch}`);
  const step = typed(tensors, "step", Int32Array);
  requireSteps(step, firstStep, lastStep, stretch);
  const lossTensor = tensors.get("loss");
  require(lossTensor?.shape.length === 2, "loss: expected the shape [rows, lanes]");
  const lanes = lossTensor.shape[1];
  const filters = rowsOf(tensors, "observed.step") > 0 ? (tensors.get("observed.norm")?.shape[2] ?? 0) : 0;
  return {
    kind: "scalars",
    run: count(directory, "run"),
    firstStep,
    lastStep,
    stretch,
    tests: count(directory, "tests"),
    observations: count(directory, "observations"),
    lanes,
    filters,
    columns: columnsOf(tensors, lanes, filters),
  };
}

/**
 * Every column of the table, checked against it. Most frames have no tests and no observations: those columns are then empty.
 * @param {Map<string, Tensor>} tensors
 * @param {number} lanes
 * @param {number} filters
 * @returns {import("./scalars.js").Columns}
 */
function columnsOf(tensors, lanes, filters) {
  const shapes = { row: [], lane: [lanes], filter: [lanes, filters] };
  const rows = { step: rowsOf(tensors, "step"), test: rowsOf(tensors, "test.step"), observation: rowsOf(tensors, "observed.step") };
  const columns = Object.entries(COLUMNS).map(([name, { of, elements, each }]) => {
    const isThere = of === "step" || rows[of] > 0;
    const Elements = /** @type {Float32ArrayConstructor} */ (elements); // whichever of them it is
    return [name, isThere ? typed(tensors, name, Elements, [rows[of], ...shapes[each]]) : new Elements(0)];
  });
  return Object.fromEntries(columns);
}

/**
 * @param {Map<string, Tensor>} tensors
 * @param {string} name of the column with the steps of the rows
 */
function rowsOf(tensors, name) {
  return tensors.get(name) ? typed(tensors, name, Int32Array).length : 0;
}

/**
 * Check that rows rise to the last step. With a stretch of 1 none is left out; otherwise the first steps may be gone.
 * @param {Int32Array} step
 * @param {number} firstStep
 * @param {number} lastStep
 * @param {number} stretch
 */
function requireSteps(step, firstStep, lastStep, stretch) {
  const steps = lastStep - firstStep + 1;
  const enough = stretch === 1 ? step.length === steps : steps === 0 || step.length >= 1;
  require(enough, `step: ${step.length} rows for the steps from ${firstStep} to ${lastStep}`);
  if (step.length === 0) return;
  const ends = step[0] >= firstStep && step[step.length - 1] === lastStep;
  require(ends, `step: from ${step[0]} to ${step[step.length - 1]}, expected from ${firstStep} to ${lastStep}`);
  for (let row = 1; row < step.length; row += 1) {
    require(step[row] > step[row - 1], `step: ${step[row]} after ${step[row - 1]}`);
  }
}

/**
 * @param {Record<string, unknown>} directory
 * @param {Map<string, Tensor>} tensors
 * @returns {SnapshotFrame}
 */
function snapshotFrame(directory, tensors) {
  const { steps_per_second: stepsPerSecond, time } = directory;
  require(stepsPerSecond === null ||
    (typeof stepsPerSecond === "number" && stepsPerSecond >= 0), `steps_per_second: expected a number or null, got ${stepsPerSecond}`);
  require(typeof time === "number", `time: expected a number, got ${JSON.stringify(time)}`);
  const laneSteps = laneStepsOf(directory);
  const limits = new Map(entriesOf(directory, "limits").map(([name, entry]) => [name, limitOf(name, entry)]));
  const laneLimits = new Map(
    entriesOf(directory, "lane_limits").map(([name, entries]) => {
      require(Array.isArray(entries) && entries.length === laneSteps.length, `lane_limits: ${name}: expected one for each lane`);
      return [name, entries.map((entry) => limitOf(name, entry))];
    }),
  );
  const symlogLimits = new Map(
    entriesOf(directory, "symlog_limits").map(([name, entry]) => [name, { ...limitOf(name, entry), linear: linearOf(name, entry) }]),
  );
  for (const [name, { shape, data }] of tensors) {
    if (!/^(params|grads|updates|before|moved|apart\.[^/]*|responses|sensitivities|image)\//.test(name)) continue;
    require(shape[0] === laneSteps.length, `${name}: ${shape[0]} lanes where lane_steps has ${laneSteps.length}`);
    const isScaled = /\.weight$|^(responses|sensitivities)\//.test(name);
    require(!isScaled || limits.has(name), `limits: none for ${name}`);
    const fits = data instanceof Float32Array || (isScaled && data instanceof Int8Array);
    require(fits, `${name}: ${data.constructor.name} is no type for it`);
  }
  return {
    kind: "snapshot",
    run: count(directory, "run"),
    step: count(directory, "step"),
    imagesSeen: count(directory, "images_seen"),
    stepsPerSecond,
    laneSteps,
    time,
    activeStep: directory.active_step === null ? null : count(directory, "active_step"),
    image: directory.image === undefined ? null : integer(directory, "image"),
    limits,
    laneLimits,
    symlogLimits,
    tensors,
  };
}

/**
 * @param {Record<string, unknown>} directory
 * @param {Map<string, Tensor>} tensors
 * @returns {KernelFrame}
 */
function kernelFrame(directory, tensors) {
  const { layer } = directory;
  require(typeof layer === "string", `layer: expected a name, got ${JSON.stringify(layer)}`);
  const laneSteps = laneStepsOf(directory);
  const shape = tensors.get("weight")?.shape;
  require(shape?.length === 3 && shape[0] === laneSteps.length, "weight: expected the shape [lanes, rows, cols]");
  return {
    kind: "kernel",
    run: count(directory, "run"),
    step: count(directory, "step"),
    laneSteps,
    layer,
    out: count(directory, "out"),
    in: count(directory, "in"),
    weight: typed(tensors, "weight", Float32Array, shape),
    gradient: tensors.get("gradient") ? typed(tensors, "gradient", Float32Array, shape) : null,
    update: tensors.get("update") ? typed(tensors, "update", Float32Array, shape) : null,
    before: tensors.get("before") ? typed(tensors, "before", Float32Array, shape) : null,
    responses: tensors.get("responses") ? typed(tensors, "responses", Float32Array) : null,
    sensitivities: tensors.get("sensitivities") ? typed(tensors, "sensitivities", Float32Array) : null,
  };
}

/** @param {Record<string, unknown>} directory */
function laneStepsOf({ lane_steps: laneSteps }) {
  require(isCountList(laneSteps), `lane_steps: ${JSON.stringify(laneSteps)} is no list of steps`);
  return laneSteps;
}

/**
 * The members of an object of the directory; none if it is missing, unless it is required.
 * @param {Record<string, unknown>} directory
 * @param {"limits" | "lane_limits" | "symlog_limits"} name
 */
function entriesOf(directory, name) {
  const found = directory[name] ?? (name === "limits" ? undefined : {});
  require(isObject(found), `${name}: expected an object`);
  return Object.entries(found);
}

/** @param {string} name of a tensor @param {unknown} entry @returns {Limit} */
function limitOf(name, entry) {
  require(isObject(entry), `limits: ${name}: expected an object`);
  const { limit } = entry;
  require(typeof limit === "number" && limit >= 0, `limits: ${name}: expected a limit, got ${limit}`);
  return { limit, setAt: count(entry, "set_at") };
}

/** @param {string} name of a tensor @param {unknown} entry */
function linearOf(name, entry) {
  const linear = isObject(entry) ? entry.linear : null;
  require(typeof linear === "number" && linear >= 0, `symlog_limits: ${name}: expected a linear range, got ${linear}`);
  return linear;
}
