/**
 * What this page wants to see, as the `want` message of docs/protocol.md has it. Whoever wants something says so under a name of
 * their own; the server is told of all together when that has changed, and each new connection is.
 *
 * A subject is a study with its parameters. One that depends on what the frames hold is a function of that.
 * @typedef {{kind: string} & Record<string, unknown>} Subject
 * @typedef {{quantities: string[], layers: string[]}} Shown  further tensors of the frames; dense layers
 * @typedef {{layer: string, out: number, in: number}} Kernel
 * @typedef {(shown: Shown, kernel: Kernel | null) => Subject} SubjectOf
 *
 * @typedef {object} Wish
 * @property {(Subject | SubjectOf)[]} [subjects]
 * @property {string[]} [quantities]
 * @property {string[]} [layers]
 */

export class Interest {
  /**
   * @param {(message: Record<string, unknown>) => void} send
   * @param {(subjects: Subject[]) => void} [onTold]  what the server has been told that is studied
   * @param {(tell: () => void) => void} [soon]  so that several wishes of one moment are told together
   */
  constructor(send, onTold = () => {}, soon = (tell) => queueMicrotask(tell)) {
    this.send = send;
    this.onTold = onTold;
    this.soon = soon;
    /** @type {Map<string, Wish>} */
    this.wishes = new Map();
    /** The one whose exact numbers are wanted. @type {Kernel | null} */
    this.kernel = null;
    /** @type {Subject[]} */
    this.subjects = [];
    this.told = NOTHING;
    this.due = false;
  }

  /** A connection is open: whoever is at its other end takes it that nothing is wanted. */
  begin() {
    this.told = NOTHING;
    this.#tellSoon();
  }

  /**
   * @param {string} who
   * @param {Wish} wish  in the place of their last one
   */
  want(who, wish) {
    this.wishes.set(who, wish);
    this.#tellSoon();
  }

  /** @param {Kernel | null} kernel whose exact numbers are wanted */
  look(kernel) {
    this.kernel = kernel;
    this.#tellSoon();
  }

  #tellSoon() {
    if (this.due) return;
    this.due = true;
    this.soon(() => this.#tell());
  }

  #tell() {
    this.due = false;
    const wishes = [...this.wishes.values()];
    const { kernel } = this;
    const shown = {
      quantities: union(wishes.flatMap(({ quantities = [] }) => quantities)),
      layers: union(wishes.flatMap(({ layers = [] }) => layers)),
    };
    const subjects = wishes.flatMap((wish) => wish.subjects ?? []).map((one) => (typeof one === "function" ? one(shown, kernel) : one));
    this.subjects = [...new Map(subjects.map((subject) => [keyOf(subject), subject])).values()];
    const message = { type: "want", subjects: this.subjects, shown, kernel };
    const text = JSON.stringify(message);
    if (text === this.told) return;
    this.told = text;
    this.onTold(this.subjects);
    this.send(message);
  }
}

const NOTHING = JSON.stringify({ type: "want", subjects: [], shown: { quantities: [], layers: [] }, kernel: null });

/**
 * The same for subjects that are the same: their members may stand in another order, and those that are null be left out.
 * @param {Subject} subject
 */
export function keyOf(subject) {
  return JSON.stringify(ordered(subject));
}

/** @param {unknown} value @returns {unknown} */
function ordered(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const there = Object.entries(value).filter(([, member]) => member !== null);
  return there.map(([name, member]) => [name, ordered(member)]).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}

/** @param {string[]} names */
function union(names) {
  return [...new Set(names)].sort();
}
