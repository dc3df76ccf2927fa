/**
 * What else this page wants to see, as the `view` message of docs/protocol.md has it. Views say what they need; the server is
 * told when it has changed, and each new connection is.
 *
 * @typedef {object} Wanted
 * @property {string[]} quantities  among "updates", "moved", "apart"
 * @property {string | null} against  the id of the lane that "apart" compares with
 * @property {string[]} layers  dense layers
 * @property {string | null} line  the id of the lane whose loss along its update is wanted
 * @property {string | null} lens  the id of the lane whose gradients from several numbers of images are wanted
 */

/** @type {Wanted} */
const NOTHING = { quantities: [], against: null, layers: [], line: null, lens: null };

export class Interest {
  /** @param {(message: Record<string, unknown>) => void} send */
  constructor(send) {
    this.send = send;
    this.wanted = NOTHING;
    this.told = JSON.stringify(NOTHING);
  }

  /** A connection is open: whoever is at its other end takes it that nothing is wanted. */
  begin() {
    this.told = JSON.stringify(NOTHING);
    this.want({});
  }

  /** @param {Partial<Wanted>} changed the rest stays */
  want(changed) {
    this.wanted = { ...this.wanted, ...changed };
    const text = JSON.stringify(this.wanted);
    if (text === this.told) return;
    this.told = text;
    this.send({ type: "view", ...this.wanted });
  }
}
