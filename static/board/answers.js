import { mapAt, mapOrigin } from "../draw/responses.js";
import { MapReadout } from "./map-readout.js";

/**
 * The numbers of the maps below the kernels: those of the place that is pointed at. Then no weight is.
 *
 * @param {import("../page/page.js").Page} page
 * @param {import("./board.js").Board} board
 */
export function readAnswers(page, board) {
  const readout = new MapReadout(page);
  for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerleave"])) {
    board.root.addEventListener(type, (event) => {
      const place = placeUnder(board, event);
      if (place) page.pointed.leave();
      readout.point(place, { x: event.clientX, y: event.clientY });
    });
  }
  // A click on a map selects its filter: the weight in the middle of its first kernel.
  board.root.addEventListener("click", (event) => {
    const place = placeUnder(board, event);
    const shape = board.rows.find(({ name }) => name === place?.layer)?.shape;
    if (!place || !shape) return;
    const { layer, lane, out } = place;
    page.selection.set({ layer, lane, cell: { out, in: 0, row: shape.rows >> 1, col: shape.cols >> 1 } });
  });
  return readout;
}

/**
 * @param {import("./board.js").Board} board
 * @param {MouseEvent} event
 * @returns {import("./map-readout.js").Place | null}
 */
function placeUnder({ rows }, { target, offsetX, offsetY }) {
  if (!(target instanceof HTMLCanvasElement)) return null;
  const row = rows.find(({ name }) => name === target.dataset.layer);
  const lane = row?.panels.findIndex(({ canvas }) => canvas === target) ?? -1;
  const panel = row?.panels[lane]?.panel;
  if (!row || !panel?.plan || !panel.map) return null;
  const found = mapAt(panel.plan, panel.map, panel.toAtlas(offsetX), panel.toAtlas(offsetY));
  if (!found) return null;
  const top = target.getBoundingClientRect().top + panel.fromAtlas(mapOrigin(panel.plan, found.out).y);
  const stretch = { top, bottom: top + panel.plan.mapHeight / panel.scale };
  return { layer: row.name, lane, size: panel.map, ...found, out: found.out + panel.first, stretch };
}
