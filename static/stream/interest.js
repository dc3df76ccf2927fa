/**
 * What this page wants to see, as the `want` message of docs/protocol.md. Each feature states its wishes under a name of its own; the
 * server is told all of them together when they change, and on each new connection.
 *
 * A subject is a study with its parameters. One that depends on the content of the frames is a function of it.
 * @typedef {{kind: string} & Record<string, unknown>} Subject
 * @typedef {{quantities: string[], layers: string[]}} Shown  further tensors of the frames; dense layers
 * @typedef {{layer: string, out: number, in: number}} Kernel
 * @typedef {(wanted: {shown: Shown, kernel: Kernel | null, image: number | null}) => Subject} SubjectOf
 *
 * @typedef {object} Wish
 * @property {(Subject | SubjectOf)[]} [subjects]
 * @property {string[]} [quantities]
 * @property {string[]} [layers]
 */

export class Interest {
  /**
   * @param {(message: Record<string, unknown>) => void} send
   * @param {(subjects: Subject[]) => void} [onTold] called with the subjects that the server was told
   * @param {(tell: () => void) => void} [soon] defers, so that simultaneous wishes are told together
   */
  constructor(send, onTold = () => {}, soon = (tell) => queueMicrotask(tell)) {
    this.send = send;
    this.onTold = onTold;
    this.soon = soon;
    /** @type {Map<string, Wish>} */
    this.wishes = new Map();
    /** The kernel whose exact numbers are wanted. @type {Kernel | null} */
    this.kernel = null;
    /** Another one, as long as it is pointed at. @type {Kernel | null} */
    this.pointed = null;
    /** Further ones: the other colours of these. @type {Kernel[]} */
    this.others = [];
    /** The image for which predictions are wanted. @type {number | null} */
    this.image = null;
    /** The picture that is shown instead of the data set's images. @type {Record<string, unknown> | null} */
    this.own = null;
    /** @type {Subject[]} */
    this.subjects = [];
    this.told = NOTHING;
    this.due = false;
  }

  /** Start a new connection: its server assumes that nothing is wanted. */
  begin() {
    this.told = NOTHING;
    this.#tellSoon();
  }

  /**
   * @param {string} who
   * @param {Wish} wish replaces the previous one
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

  /** @param {Kernel | null} kernel that is pointed at */
  point(kernel) {
    this.pointed = kernel;
    this.#tellSoon();
  }

  /** @param {Kernel[]} kernels whose exact numbers are wanted too */
  also(kernels) {
    this.others = kernels;
    this.#tellSoon();
  }

  /**
   * @param {number | null} image for which predictions are wanted
   * @param {Record<string, unknown> | null} [own] the picture that it is
   */
  lookAt(image, own = null) {
    this.image = image;
    this.own = own;
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
    const { kernel, pointed, others, image, own } = this;
    const shown = {
      quantities: union(wishes.flatMap(({ quantities = [] }) => quantities)),
      layers: union(wishes.flatMap(({ layers = [] }) => layers)),
    };
    const subjects = wishes
      .flatMap((wish) => wish.subjects ?? [])
      .map((one) => (typeof one === "function" ? one({ shown, kernel, image }) : one));
    this.subjects = [...new Map(subjects.map((subject) => [keyOf(subject), subject])).values()];
    const message = {
      type: "want",
      subjects: this.subjects,
      shown,
      kernel,
      pointed,
      image,
      ...(others.length > 0 && { also: others }),
      ...(own && { own }),
    };
    const text = JSON.stringify(message);
    if (text === this.told) return;
    this.told = text;
    this.onTold(this.subjects);
    this.send(message);
  }
}

const NOTHING = JSON.stringify({
  type: "want",
  subjects: [],
  shown: { quantities: [], layers: [] },
  kernel: null,
  pointed: null,
  image: null,
});

/**
 * A key that equal subjects share: the order of members doesn't matter, nor whether those that are null are left out.
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
