import { ARROWS } from "../base/dom.js";
import { mapAt, mapNeighbour, mapOrigin, placeBox } from "../draw/responses.js";
import { isMap } from "../state/quantities.js";
import { selectFilter } from "./filter.js";

/**
 * Pointing at the maps below the kernels, by pointer or keys, and choosing one. Where a map is pointed at, no weight is.
 *
 * @typedef {import("../state/selection.js").MapPlace} MapPlace
 * @typedef {import("./board.js").Board} Board
 *
 * @param {import("../page/page.js").Page} page
 * @param {Board} board
 */
export function pointAtMaps(page, board) {
  const { pointed, pointedMap, selection } = page;
  for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerleave"])) {
    board.root.addEventListener(type, (event) => {
      // A finger points at nothing: it scrolls, or taps.
      const found = event.pointerType === "touch" ? null : under(board, event);
      if (!found) {
        pointedMap.leave();
        return;
      }
      pointed.leave();
      pointedMap.set(found.place, { at: { x: event.clientX, y: event.clientY }, stretches: [found.stretch] });
    });
  }
  /** Where the pointer was pressed. @type {MapPlace | null} */
  let pressed = null;
  board.root.addEventListener("pointerdown", (event) => (pressed = under(board, event)?.place ?? null));
  board.root.addEventListener("click", (event) => {
    const place = under(board, event)?.place;
    if (place && place.out === pressed?.out && place.lane === pressed.lane && place.layer === pressed.layer) selectFilter(page, place);
  });
  // Before the canvas, whose keys move among its kernels.
  board.root.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  board.root.addEventListener("focusout", () => pointedMap.byKeys && pointedMap.leave());

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was for a map
   */
  function press({ key, target }) {
    const found = panelOf(board, target);
    if (!found) return false;
    const { row, lane, panel, plan, map, canvas } = found;
    const { current } = pointedMap;
    const here = current?.layer === row.name && current.lane === lane ? current : null;
    const arrow = ARROWS[key];
    if (key === "Enter" && here) {
      selectFilter(page, here, true);
      return true;
    }
    if (key === "Escape") pointedMap.leave();
    if (!arrow) return false;
    const [dy, dx] = arrow;
    /** @param {{out: number, row: number, col: number}} place */
    const goTo = (place) => {
      const { left, top } = canvas.getBoundingClientRect();
      const box = placeBox(plan, map, { ...place, out: place.out - panel.first });
      const at = { x: left + panel.fromAtlas(box.x), y: top + panel.fromAtlas(box.y) };
      pointed.leave();
      pointedMap.set(
        { quantity: found.quantity, layer: row.name, lane, size: map, ...place },
        { at, stretches: [stretchOf(found, place.out)] },
        true,
      );
      return true;
    };
    const { rows, cols, in: channels } = row.shape;
    const across = (/** @type {number} */ col, /** @type {number} */ from, /** @type {number} */ to) =>
      Math.floor(((col + 0.5) * to) / from);
    if (here) {
      const { first } = panel;
      const next = mapNeighbour(plan, map, { ...here, out: here.out - first }, dx, dy);
      if (next === null) return true;
      if (next !== "above" && next !== "below") return goTo({ ...next, out: next.out + first });
      const out = here.out + (next === "below" ? plan.perRow : 0);
      if (out >= first + plan.shape.out || (next === "below" && plan.kind === "grid")) return true;
      pointedMap.leave();
      const cell = { out, in: next === "above" && plan.kind === "grid" ? channels - 1 : 0, row: next === "above" ? rows - 1 : 0 };
      selection.reach({ layer: row.name, lane, cell: { ...cell, col: across(here.col, map.cols, cols) } });
      return true;
    }
    const cell = selection.current?.layer === row.name ? selection.current.cell : null;
    if (!cell || dy === 0 || cell.out < panel.first || cell.out >= panel.first + plan.shape.out) return false;
    const isLast = cell.row === rows - 1 && (plan.kind === "tiles" || cell.in === channels - 1);
    const isFirst = cell.row === 0 && plan.kind === "tiles" && cell.out - panel.first >= plan.perRow;
    const col = across(cell.col, cols, map.cols);
    if (dy > 0 && isLast) return goTo({ out: cell.out, row: 0, col });
    if (dy < 0 && isFirst) return goTo({ out: cell.out - plan.perRow, row: map.rows - 1, col });
    return false;
  }
}

/**
 * The panel whose canvas this is, if there are maps on it.
 * @param {Board} board
 * @param {EventTarget | null} target
 */
function panelOf({ rows }, target) {
  if (!(target instanceof HTMLCanvasElement)) return null;
  const row = rows.find(({ name }) => name === target.dataset.layer);
  const lane = row?.panels.findIndex(({ canvas }) => canvas === target) ?? -1;
  const panel = row?.panels[lane]?.panel;
  const quantity = row?.bands.find(isMap);
  return row && quantity && panel?.plan && panel.map
    ? { quantity, row, lane, panel, plan: panel.plan, map: panel.map, canvas: target }
    : null;
}

/**
 * @param {Board} board
 * @param {MouseEvent} event
 * @returns {{place: MapPlace, stretch: {top: number, bottom: number}} | null} the stretch: from the map's top to its bottom in the window
 */
function under(board, { target, offsetX, offsetY }) {
  const on = panelOf(board, target);
  if (!on) return null;
  const { quantity, row, lane, panel, plan, map } = on;
  const found = mapAt(plan, map, panel.toAtlas(offsetX), panel.toAtlas(offsetY));
  if (!found) return null;
  const out = found.out + panel.first;
  return { place: { quantity, layer: row.name, lane, size: map, ...found, out }, stretch: stretchOf(on, out) };
}

/**
 * From the top of a filter's map to its bottom, in the window.
 * @param {NonNullable<ReturnType<typeof panelOf>>} on
 * @param {number} out
 */
function stretchOf({ panel, plan, canvas }, out) {
  const top = canvas.getBoundingClientRect().top + panel.fromAtlas(mapOrigin(plan, out - panel.first).y);
  return { top, bottom: top + plan.mapHeight / panel.scale };
}
