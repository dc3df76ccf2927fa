import { mapAt } from "../draw/responses.js";
import { MapReadout } from "./map-readout.js";

/**
 * The numbers of the maps below the kernels: those of the place that is pointed at.
 *
 * @param {import("../page/page.js").Page} page
 * @param {import("./board.js").Board} board
 */
export function readAnswers(page, board) {
  const readout = new MapReadout(page);
  for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerleave"])) {
    board.root.addEventListener(type, (event) => readout.point(placeUnder(board, event), { x: event.clientX, y: event.clientY }));
  }
  return readout;
}

/**
 * @param {import("./board.js").Board} board
 * @param {PointerEvent} event
 * @returns {import("./map-readout.js").Place | null}
 */
function placeUnder({ rows }, { target, offsetX, offsetY }) {
  if (!(target instanceof HTMLCanvasElement)) return null;
  const row = rows.find(({ name }) => name === target.dataset.layer);
  const lane = row?.panels.findIndex(({ canvas }) => canvas === target) ?? -1;
  const panel = row?.panels[lane]?.panel;
  if (!row || !panel?.plan || !panel.map) return null;
  const found = mapAt(panel.plan, panel.map, panel.toAtlas(offsetX), panel.toAtlas(offsetY));
  return found && { layer: row.name, lane, size: panel.map, ...found, out: found.out + panel.first };
}
