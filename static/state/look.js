/**
 * Which kernel's exact numbers the server is asked for: that of the selected cell. Told when it has changed, and to each
 * new connection.
 *
 * @typedef {import("./selection.js").Selected} Selected
 */
export class Look {
  /** @param {(message: Record<string, unknown>) => void} send */
  constructor(send) {
    this.send = send;
    /** What the server has been told. */
    this.told = "";
  }

  /** A connection is open: whoever is at its other end knows nothing. */
  begin() {
    this.told = "";
  }

  /** @param {Selected | null} selected */
  at(selected) {
    if (!selected) return;
    const { layer, cell } = selected;
    const message = { type: "look", layer, out: cell.out, in: cell.in };
    const text = JSON.stringify(message);
    if (text === this.told) return;
    this.told = text;
    this.send(message);
  }
}
