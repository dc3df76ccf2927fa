import { Listeners } from "../base/listeners.js";

/**
 * The selected weight: the same cell in every lane, seen from one of them.
 *
 * @typedef {import("./tensors.js").Cell} Cell
 * @typedef {import("../base/placing.js").Clear} Clear
 * @typedef {{layer: string, cell: Cell, lane: number}} Selected
 *
 * A place of a filter's map, or of that of the image's own gradient, seen in one lane.
 * @typedef {{quantity: import("./quantities.js").MapName | "input", layer: string, lane: number, size: {rows: number, cols: number}, out: number, row: number, col: number}} MapPlace
 */

export class Selection {
  constructor() {
    /** @type {Selected | null} */
    this.current = null;
    /** Whether a person has chosen it: the default isn't outlined. */
    this.chosen = false;
    this.listeners = new Listeners();
    this.reached = new Listeners();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {() => void} listener called when the keys have reached a cell, even one already selected */
  onReach(listener) {
    this.reached.add(listener);
  }

  /** @param {Selected} selected by the keys, so it is announced to a screen reader */
  reach(selected) {
    this.set(selected);
    this.reached.tell();
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
    this.listeners.tell();
  }

  /**
   * The selected cell, if it lies in this layer and was chosen.
   * @param {string} layer
   */
  outlinedIn(layer) {
    return this.chosen && this.current?.layer === layer ? this.current.cell : null;
  }
}

/**
 * What the pointer is on, which is only looked at: what is selected stays selected.
 * @template Thing
 */
export class Pointed {
  constructor() {
    /** @type {Thing | null} */
    this.current = null;
    /** What must stay in sight meanwhile. @type {Clear | null} */
    this.clear = null;
    /** Whether the keys have gone there. */
    this.byKeys = false;
    this.listeners = new Listeners();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /**
   * @param {Thing} pointed
   * @param {Clear} clear
   * @param {boolean} [byKeys] so it is announced to a screen reader
   */
  set(pointed, clear, byKeys = false) {
    this.byKeys = byKeys;
    if (JSON.stringify([pointed, clear]) === JSON.stringify([this.current, this.clear])) return;
    this.current = pointed;
    this.clear = clear;
    this.listeners.tell();
  }

  /** The pointer is on nothing any more. */
  leave() {
    if (!this.current) return;
    this.current = this.clear = null;
    this.listeners.tell();
  }
}

/** The selected kernel. @param {Selected} selected */
export function kernelOf({ layer, cell }) {
  return { layer, out: cell.out, in: cell.in };
}

/** The selected weight. @param {Selected} selected */
export function weightOf({ layer, cell: { out, in: channel, row, col } }) {
  return { layer, out, in: channel, row, col };
}

/**
 * Whether a finding is about the selected kernel.
 * @param {Pick<Cell, "out" | "in"> & {layer: string}} found
 * @param {Selected} selected
 */
export function isOfKernel(found, { layer, cell }) {
  return found.layer === layer && found.out === cell.out && found.in === cell.in;
}

/**
 * Whether a finding is about the selected weight.
 * @param {Cell & {layer: string}} found
 * @param {Selected} selected
 */
export function isOf(found, selected) {
  return isOfKernel(found, selected) && found.row === selected.cell.row && found.col === selected.cell.col;
}

/**
 * @param {Selected} selected
 * @param {Selected | null} other
 */
function isSame({ layer, lane, cell }, other) {
  return other !== null && lane === other.lane && isOf({ layer, ...cell }, other);
}
