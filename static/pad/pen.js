/**
 * The pen of the pad: a mouse, a finger, a stylus, or the keyboard. Arrow keys move it, Space or Enter puts it down and lifts it.
 *
 * @typedef {import("./ink.js").Place} Place
 *
 * @typedef {object} Paper
 * @property {(place: Place) => void} begin
 * @property {(places: Place[]) => void} extend
 * @property {() => void} end
 * @property {() => void} undo
 * @property {() => void} changed
 */

/** How far an arrow key moves the pen, as a share of the sheet; with Shift as far as the brush is wide. */
const [STEP, LONG_STEP] = [0.03, 0.1];

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Pen {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} mark where the pen is, while the keyboard leads it
   * @param {Paper} paper
   */
  constructor(canvas, mark, paper) {
    this.canvas = canvas;
    this.mark = mark;
    this.paper = paper;
    /** @type {Place} */
    this.place = { row: 0.5, col: 0.5 };
    /** The pointer that draws. @type {number | null} */
    this.pointer = null;
    /** Whether the keyboard has put the pen down. */
    this.isDown = false;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      canvas.addEventListener(type, (event) => {
        if (event.pointerId === this.pointer) this.#end();
      });
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => {
      if (this.isDown) this.#end();
      this.mark.hidden = true;
    });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (this.pointer !== null || event.button !== 0) return;
    if (this.isDown) this.#end();
    this.mark.hidden = true;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.paper.begin(this.#placeOf(event));
    this.paper.changed();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    this.paper.extend((all.length > 0 ? all : [event]).map((one) => this.#placeOf(one)));
    this.paper.changed();
  }

  #end() {
    this.pointer = null;
    this.isDown = false;
    this.mark.toggleAttribute("data-down", false);
    this.paper.end();
    this.paper.changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.pointer !== null) return;
    const way = WAYS[event.key];
    if (way) this.#go(way, event.shiftKey ? LONG_STEP : STEP);
    else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) this.#putDownOrLift();
    } else if (event.key === "Backspace") {
      if (this.isDown) this.#end();
      this.paper.undo();
      this.paper.changed();
    } else return;
    event.preventDefault();
    this.mark.hidden = false;
    this.mark.style.top = `${100 * this.place.row}%`;
    this.mark.style.left = `${100 * this.place.col}%`;
  }

  /**
   * @param {[number, number]} way
   * @param {number} step
   */
  #go([down, right], step) {
    const within = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
    this.place = { row: within(this.place.row + step * down), col: within(this.place.col + step * right) };
    if (!this.isDown) return;
    this.paper.extend([this.place]);
    this.paper.changed();
  }

  #putDownOrLift() {
    if (this.isDown) {
      this.#end();
      return;
    }
    this.isDown = true;
    this.mark.toggleAttribute("data-down", true);
    this.paper.begin(this.place);
    this.paper.changed();
  }

  /** @param {PointerEvent} event @returns {Place} */
  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return { row: (clientY - top) / height, col: (clientX - left) / width };
  }
}
