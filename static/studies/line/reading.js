/**
 * What the loss along an update shows: where it is lowest, and which part of the line to draw. Pure.
 *
 * @typedef {import("../../base/types.js").Optimizer} Optimizer
 *
 * @typedef {"flat" | "rises" | "overshot" | "beyond" | "right" | "short" | "longest"} LineKind
 *
 * @typedef {object} LineReading
 * @property {LineKind} kind
 * @property {number} before       L(W)
 * @property {number} after        L(W + u), where the step went
 * @property {number} least        at the minimum
 * @property {number | null} back  the multiple beyond the minimum at which the loss is what it was before the step
 *
 * The loss of one batch along the update that it led to.
 * @typedef {object} LossCurve
 * @property {number[]} multiples  of the update, ascending; 1 is where the step went
 * @property {(number | null)[]} losses  null: infinite
 * @property {number} best  the multiple at the minimum
 * @property {"longest" | "shortest" | null} bound
 *
 * The curve itself is for the step's own batch; `others` for other training images.
 * @typedef {object} LineMembers
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {number} learning_rate
 * @property {LossCurve & {images: number}} others
 *
 * @typedef {LossCurve & LineMembers} LossLine
 */

/** Within this factor of the step, the minimum counts as where the step went. */
const NEAR = 1.5;
/** Multiples of the step that are drawn at least, and at most apart from the minimum. */
const LEAST_REACH = 1.3;
const MOST_REACH = 3;
/** The line is drawn to at most this multiple of the nearer minimum, or of the step, so as not to press those to the edge. */
const MOST_TIMES = 12;
/** Heights of the picture above the loss before the step, in units of its fall from there to the minimum. */
const ROOM = 0.5;
const MOST_ROOM = 3;

/** @param {LossCurve} line @returns {LineReading} */
export function readLine(line) {
  const { best, bound } = line;
  const losses = line.losses.map((loss) => loss ?? Infinity);
  const at = (/** @type {number} */ multiple) => losses[line.multiples.indexOf(multiple)] ?? Infinity;
  const before = at(0);
  const reading = { before, after: at(1), least: best > 0 ? at(best) : before, back: wayBack(line, losses, before) };
  return { kind: kindOf(best, bound, reading.after, before, losses), ...reading };
}

/**
 * @param {number} best
 * @param {LossCurve["bound"]} bound
 * @param {number} after
 * @param {number} before
 * @param {number[]} losses
 * @returns {LineKind}
 */
function kindOf(best, bound, after, before, losses) {
  if (losses.every((loss) => loss === before)) return "flat";
  if (best === 0) return "rises";
  if (bound === "longest") return "longest";
  if (after > before) return "overshot";
  if (best < 1 / NEAR) return "beyond";
  return best <= NEAR ? "right" : "short";
}

/**
 * @param {LossCurve} line
 * @param {number[]} losses
 * @param {number} before
 */
function wayBack({ multiples, best }, losses, before) {
  if (best === 0) return null;
  const place = multiples.findIndex((multiple, index) => multiple > best && losses[index] >= before);
  if (place < 1) return null;
  const [low, high] = [losses[place - 1], losses[place]];
  // Next to an infinite loss there is nothing to interpolate.
  if (!Number.isFinite(high)) return null;
  return multiples[place - 1] + ((before - low) / (high - low)) * (multiples[place] - multiples[place - 1]);
}

/**
 * The part of both lines that shows the way down, the step and the way back, if any.
 * @param {LossLine} line
 * @param {LineReading} own
 * @param {LineReading} others
 * @returns {{reach: number, low: number, high: number}} reach: in multiples of the step; low, high: of the loss's change
 */
export function pictured(line, own, others) {
  const parts = [picturedOf(line, own), picturedOf(line.others, others)];
  const near = Math.max(1, Math.min(line.best || 1, line.others.best || 1));
  return {
    reach: Math.min(Math.max(...parts.map(({ reach }) => reach)), MOST_TIMES * near),
    low: Math.min(...parts.map(({ low }) => low)),
    high: Math.max(...parts.map(({ high }) => high)),
  };
}

/**
 * @param {LossCurve} curve
 * @param {LineReading} reading
 */
function picturedOf({ best, multiples }, { before, after, least, back }) {
  const wanted = Math.max(LEAST_REACH, 2 * best, Math.min(MOST_REACH, 1.15 * (back ?? 0)));
  const reach = Math.min(wanted, multiples[multiples.length - 1]);
  const fall = before - least;
  // If nothing falls, the rise sets the scale.
  const unit = fall > 0 ? fall : Number.isFinite(after) && after > before ? (after - before) / (2 * ROOM) : 0;
  const room = Math.max(unit * ROOM, Math.min(unit * MOST_ROOM, after - before) * 1.1, 1e-5 * before, 1e-9);
  return { reach, low: -fall - 0.15 * (fall + room), high: room };
}

/**
 * Both lines as one table: the places of both, and each loss minus that before the step, null where a line has none. An infinite one
 * leaves the picture at the top.
 * @param {LossLine} line
 * @param {number} high
 * @returns {[number[], (number | null)[], (number | null)[]]}
 */
export function changes(line, high) {
  const places = [...new Set([...line.multiples, ...line.others.multiples])].sort((a, b) => a - b);
  const far = Math.abs(high) * 1e3 + 1;
  const [own, others] = [line, line.others].map(({ multiples, losses }) => {
    const before = losses[multiples.indexOf(0)] ?? Infinity;
    const known = new Map(losses.map((loss, index) => [multiples[index], loss === null ? far : Math.min(loss - before, far)]));
    return places.map((place) => known.get(place) ?? null);
  });
  return [places, own, others];
}

/**
 * Whether the update is −lr·∂L/∂W and nothing else, so that a multiple of it is an α.
 * @param {Optimizer | undefined} optimizer
 */
export function isPlain(optimizer) {
  return optimizer?.type === "sgd" && !optimizer.momentum && !optimizer.weight_decay;
}

/**
 * Round places on an axis, 1, 2 or 5 times a power of ten apart.
 * @param {number} high the axis begins at 0
 * @param {number} most places besides 0
 * @param {number} [least] apart: 1 if only whole numbers make sense
 */
export function roundPlaces(high, most, least = 0) {
  const decade = 10 ** Math.floor(Math.log10(high / most));
  const apart =
    [1, 2, 5, 10].map((factor) => factor * decade).find((step) => high / step <= most && step >= least) ?? Math.max(high, least);
  const count = Math.floor(high / apart + 1e-9);
  return Array.from({ length: count + 1 }, (_, place) => Number((place * apart).toPrecision(12)));
}
