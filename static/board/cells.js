/**
 * Pointing at the cells of a canvas, and choosing one. A pointer that crosses them only points; a click, or a tap without movement,
 * selects. A finger points at nothing: it scrolls.
 */

/** CSS pixels: how far a pointer may stray from a cell, across the gaps between kernels, and still points at it. */
const GAP = 8;
/** How far it may move while it is pressed, and still clicks. */
const STILL = 6;

/**
 * @template Place
 * @param {HTMLCanvasElement} canvas
 * @param {object} cells
 * @param {(x: number, y: number) => Place | null} cells.cellAt  in CSS pixels of the canvas
 * @param {(cell: Place) => void} cells.point
 * @param {() => void} cells.leave
 * @param {(cell: Place) => void} cells.select
 */
export function onCells(canvas, { cellAt, point, leave, select }) {
  /** Where it last was on a cell. */
  let last = { x: -Infinity, y: -Infinity };
  /** Where it was pressed: a click itself has whole pixels only. */
  let pressed = { x: 0, y: 0, cell: /** @type {Place | null} */ (null) };
  canvas.addEventListener("pointermove", ({ pointerType, offsetX: x, offsetY: y }) => {
    if (pointerType === "touch") return;
    const cell = cellAt(x, y);
    if (cell) {
      last = { x, y };
      point(cell);
    } else if (Math.hypot(x - last.x, y - last.y) > GAP) {
      leave();
    }
  });
  canvas.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") leave();
  });
  canvas.addEventListener("pointerdown", ({ clientX: x, clientY: y, offsetX, offsetY }) => {
    pressed = { x, y, cell: cellAt(offsetX, offsetY) };
  });
  canvas.addEventListener("click", ({ clientX, clientY }) => {
    const { x, y, cell } = pressed;
    if (cell && Math.hypot(clientX - x, clientY - y) <= STILL) select(cell);
  });
}
