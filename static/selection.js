/**
 * The one weight that the person looks at: the same cell in every lane, seen from one of them.
 *
 * @typedef {import("./types.js").Cell} Cell
 * @typedef {{layer: string, cell: Cell, lane: number}} Selected
 */

export class Selection {
  constructor() {
    /** @type {Selected | null} */
    this.current = null;
    /** Whether a person has chosen it: a default isn't outlined. */
    this.chosen = false;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /**
   * @param {Selected | null} selected
   * @param {{chosen?: boolean}} [options]
   */
  set(selected, { chosen = true } = {}) {
    const stays = this.chosen === chosen && selected !== null && isSame(selected, this.current);
    if (stays) return;
    this.current = selected;
    this.chosen = chosen && selected !== null;
    for (const listener of this.listeners) listener();
  }

  /**
   * The selected cell, where it lies in this layer and was chosen.
   * @param {string} layer
   */
  outlinedIn(layer) {
    return this.chosen && this.current?.layer === layer ? this.current.cell : null;
  }
}

/**
 * @param {Selected} selected
 * @param {Selected | null} other
 */
function isSame({ layer, lane, cell }, other) {
  if (!other || layer !== other.layer || lane !== other.lane) return false;
  return cell.out === other.cell.out && cell.in === other.cell.in && cell.row === other.cell.row && cell.col === other.cell.col;
}
