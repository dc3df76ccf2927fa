/**
 * What flows through the network when a stage has been made, and how far it has come. Pure.
 *
 * @typedef {import("./stages.js").Phase} Phase
 * @typedef {"forward" | "backward" | "kernels" | "updates"} Part
 *
 * What is at a node: the output of a layer, its gradient, its kernels, or the change of its kernels. Updates have no place of their
 * own: they come from the gradients.
 * @typedef {{node: string, part: Part}} Place
 *
 * Something that flows from one place to another, between two shares of the whole time.
 * @typedef {object} Move
 * @property {Place} from
 * @property {Place} to
 * @property {Place} what   whose picture flows; at the end it is that of `to`
 * @property {number} begin
 * @property {number} end
 */

/** The share of its own time at which a picture begins to become the next one. */
const TURN = 0.55;

/**
 * The moves of a stage.
 * @param {string[]} nodes from the image to the loss
 * @param {{phase: Phase, layer: string | null}} stage
 * @param {string[]} changed layers whose kernels have changed
 * @returns {Move[]}
 */
export function movesOf(nodes, { phase, layer }, changed) {
  const last = nodes[nodes.length - 3];
  const at = nodes.indexOf(layer ?? "");
  if (phase === "forward") return [along(nodes[at - 1], nodes[at], "forward")];
  if (phase === "loss") return [along(last, "softmax", "forward", 0, 0.5), along("softmax", "loss", "forward", 0.5, 1)];
  if (phase === "backward") {
    // Its first gradient, p − onehot, is made of the probabilities.
    if (layer === last) return [{ ...along("softmax", last, "backward"), what: { node: last, part: "backward" } }];
    return [along(nodes[at + 1], nodes[at], "backward")];
  }
  if (phase !== "update") return [];
  return changed.map((node) => ({
    from: { node, part: "backward" },
    to: { node, part: "kernels" },
    what: { node, part: "updates" },
    begin: 0,
    end: 1,
  }));
}

/**
 * @param {string} one
 * @param {string} other
 * @param {"forward" | "backward"} part
 * @returns {Move}
 */
function along(one, other, part, begin = 0, end = 1) {
  const from = { node: one, part };
  return { from, to: { node: other, part }, what: from, begin, end };
}

/**
 * Whether a stage follows directly on another: only then was it made before one's eyes.
 * @param {{run: number, lane: string, image: number, step: number, done: number} | null} before
 * @param {{run: number, lane: string, image: number, step: number, done: number}} now
 * @param {number} count of the stages of a step
 */
export function follows(before, now, count) {
  if (!before || before.run !== now.run || before.lane !== now.lane || before.image !== now.image) return false;
  if (now.step === before.step) return now.done === before.done + 1;
  return now.step === before.step + 1 && now.done === 0 && before.done === count - 1;
}

/** The clock of the moves: it stands still unless they are under way. */
export class Flow {
  constructor() {
    /** @type {Move[]} */
    this.moves = [];
    /** The time of the first frame; null: not drawn yet. @type {number | null} */
    this.began = null;
    this.duration = 0;
  }

  /**
   * @param {Move[]} moves
   * @param {number} duration milliseconds
   */
  begin(moves, duration) {
    Object.assign(this, { moves, duration, began: null });
  }

  end() {
    this.moves = [];
  }

  get isMoving() {
    return this.moves.length > 0;
  }

  /**
   * The moves in this frame: those that have not arrived, with how far each has come, from 0 to 1, and how far it has become the next.
   * @param {number} now
   * @returns {{move: Move, way: number, turned: number}[]}
   */
  at(now) {
    this.began ??= now;
    const share = this.duration > 0 ? (now - this.began) / this.duration : 1;
    if (share >= 1) {
      this.end();
      return [];
    }
    return this.moves
      .filter(({ end }) => share < end)
      .map((move) => {
        const part = Math.max(0, (share - move.begin) / (move.end - move.begin));
        return { move, way: eased(part), turned: Math.max(0, (part - TURN) / (1 - TURN)) };
      });
  }
}

/** Slow at both ends. @param {number} share */
function eased(share) {
  return share * share * (3 - 2 * share);
}

/**
 * The Euclidean norm.
 * @param {Iterable<number>} values
 */
export function norm(values) {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
