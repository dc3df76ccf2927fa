import { mapAt, mapOrigin } from "../draw/responses.js";

/**
 * Pointing at the maps below the kernels, and choosing one. Where a map is pointed at, no weight is.
 *
 * @param {import("../page/page.js").Page} page
 * @param {import("./board.js").Board} board
 */
export function pointAtMaps(page, board) {
  for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerleave"])) {
    board.root.addEventListener(type, (event) => {
      const found = under(board, event);
      if (!found) {
        page.pointedMap.leave();
        return;
      }
      page.pointed.leave();
      page.pointedMap.set(found.place, { at: { x: event.clientX, y: event.clientY }, stretches: [found.stretch] });
    });
  }
  // A click on a map selects its filter: the weight in the middle of its first kernel.
  board.root.addEventListener("click", (event) => {
    const place = under(board, event)?.place;
    const shape = board.rows.find(({ name }) => name === place?.layer)?.shape;
    if (!place || !shape) return;
    const { layer, lane, out } = place;
    page.selection.set({ layer, lane, cell: { out, in: 0, row: shape.rows >> 1, col: shape.cols >> 1 } });
  });
}

/**
 * @param {import("./board.js").Board} board
 * @param {MouseEvent} event
 * @returns {{place: import("../state/selection.js").MapPlace, stretch: {top: number, bottom: number}} | null} the stretch: from the map's
 *   top to its bottom in the window
 */
function under({ rows }, { target, offsetX, offsetY }) {
  if (!(target instanceof HTMLCanvasElement)) return null;
  const row = rows.find(({ name }) => name === target.dataset.layer);
  const lane = row?.panels.findIndex(({ canvas }) => canvas === target) ?? -1;
  const panel = row?.panels[lane]?.panel;
  if (!row || !panel?.plan || !panel.map) return null;
  const found = mapAt(panel.plan, panel.map, panel.toAtlas(offsetX), panel.toAtlas(offsetY));
  if (!found) return null;
  const top = target.getBoundingClientRect().top + panel.fromAtlas(mapOrigin(panel.plan, found.out).y);
  const stretch = { top, bottom: top + panel.plan.mapHeight / panel.scale };
  return { place: { layer: row.name, lane, size: panel.map, ...found, out: found.out + panel.first }, stretch };
}
