/**
 * What else this page wants to see, as the `view` message of docs/protocol.md has it. Views say what they need; the server is
 * told when it has changed, and each new connection is.
 *
 * @typedef {object} Wanted
 * @property {string[]} quantities  among "updates", "before", "moved", "start", "apart"
 * @property {string | null} against  the id of the lane that "apart" compares with
 * @property {string[]} layers  dense layers
 * @property {string | null} line  the id of the lane whose loss along its update is wanted
 * @property {string | null} lens  the id of the lane whose gradients from several numbers of images are wanted
 * @property {WantedWeight | null} weight  the one that is to be explained
 * @property {{lane: string, image: number} | null} trace  an image of the probe, to be followed through a lane's layers
 * @property {number | null} film  how many kernels of the selected one's past are wanted
 * @property {number | null} past  the step of which all kernels are wanted
 *
 * `image`: of the batch, whose maps are wanted; null: of the one that contributes most.
 * @typedef {{lane: string, layer: string, out: number, in: number, row: number, col: number, image: number | null}} WantedWeight
 */

/** @type {Wanted} */
const NOTHING = { quantities: [], against: null, layers: [], line: null, lens: null, weight: null, trace: null, film: null, past: null };

export class Interest {
  /** @param {(message: Record<string, unknown>) => void} send */
  constructor(send) {
    this.send = send;
    /** The page's own wishes, and those of the text beside it. */
    this.wishes = { page: NOTHING, text: NOTHING };
    this.told = JSON.stringify(NOTHING);
  }

  /** A connection is open: whoever is at its other end takes it that nothing is wanted. */
  begin() {
    this.told = JSON.stringify(NOTHING);
    this.want({});
  }

  /**
   * @param {Partial<Wanted>} changed the rest stays
   * @param {"page" | "text"} who
   */
  want(changed, who = "page") {
    this.wishes[who] = { ...this.wishes[who], ...changed };
    const wanted = together(this.wishes.page, this.wishes.text);
    const text = JSON.stringify(wanted);
    if (text === this.told) return;
    this.told = text;
    this.send({ type: "view", ...wanted });
  }
}

/**
 * The server follows one weight, one image, one lane at a time: the first has the say where both want one.
 * @param {Wanted} first
 * @param {Wanted} second
 * @returns {Wanted}
 */
function together(first, second) {
  return {
    quantities: [...new Set([...first.quantities, ...second.quantities])],
    against: first.against ?? second.against,
    layers: [...new Set([...first.layers, ...second.layers])],
    line: first.line ?? second.line,
    lens: first.lens ?? second.lens,
    weight: first.weight ?? second.weight,
    trace: first.trace ?? second.trace,
    film: first.film ?? second.film,
    past: first.past ?? second.past,
  };
}
