import { isPrinting } from "../base/theme.js";

/**
 * The board on paper: as large as one sheet can hold, whatever its network.
 */

/** CSS pixels between the margins of A4, the lower of the usual two sheets in landscape. */
const SHEET_PX = 710;

/** @param {HTMLElement} board laid out for the screen again, or for paper */
export function fitSheet(board) {
  board.style.removeProperty("--fit-height");
  if (!isPrinting()) return;
  const { top, height } = board.getBoundingClientRect();
  const whole = height / Number(getComputedStyle(board).zoom);
  board.style.setProperty("--fit-height", String(whole / (SHEET_PX - top - scrollY)));
}
