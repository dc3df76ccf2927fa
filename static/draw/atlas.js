/**
 * Where each cell of a layer lies in its picture, and which cell is under a point. Pure.
 *
 * A picture is an atlas whose pixels are squares of `unit` × `unit` device pixels; a cell is `cell` × `cell` atlas pixels.
 * So cells are a whole number of device pixels, and the gaps between kernels can be thinner than a cell.
 * It has one band for each quantity. Layers with one to three input channels are drawn as tiles, the bands of each filter one below
 * the other; deeper ones as one grid per band, with a column for each filter and a row for each input channel.
 *
 * @typedef {import("../state/tensors.js").Cell} Cell
 * @typedef {import("../state/tensors.js").KernelShape} KernelShape
 *
 * @typedef {object} Layout
 * @property {KernelShape} shape
 * @property {"tiles" | "grid"} kind
 * @property {number} unit      device pixels per atlas pixel
 * @property {number} cell      atlas pixels per cell
 * @property {number} perRow    filters side by side
 * @property {number} width     of the atlas
 * @property {number} height    of the atlas
 * @property {number} pitchX    from a filter to the next one on its right
 * @property {number} pitchY    from a row of filters to the next one
 * @property {number} slice     from an input channel to the next, to the right in tiles, downwards in grids
 * @property {number} bands     how many
 * @property {number} bandY     from one band to the next
 * @property {number} bandHeight
 * @property {number} factsY    from the first band to the facts about a filter, below the last band
 * @property {number} factsHeight
 *
 * A layout with the first pixel of each cell of each band, in the order of the values: computed once, used for every frame.
 * @typedef {Layout & {places: Int32Array[]}} Plan
 */

/** The most input channels of a layer that is drawn as tiles. */
export const TILE_CHANNELS = 3;
const LARGEST_CELL = 20;
/** Filters go into longer rows only if these are even and the cells stay this large. */
const COMFORTABLE_CELL = 10;
const ROW_LENGTHS = [16, 12, 8, 6];
const SHORTEST_ROW = 4;
/** A grid cell with fewer atlas pixels couldn't be pointed at: such a grid has fewer filters per page. */
const SMALLEST_CELL = 2;
/** The most tiles per page and cells per grid, to bound the work for a frame. */
const MOST_TILES = 32;
const MOST_CELLS = 40_000;
/** Gaps in CSS pixels. */
const HAIRLINE = 1;
const PAIR_GAP = 3;
const GRID_PAIR_GAP = 10;
const TILE_GAP = 10;
const TILE_ROW_GAP = 8;
const FACTS_GAP = 3;
const FACTS_HEIGHT = 13;

/**
 * How many filters of a layer are shown at once: all if they fit.
 * @param {KernelShape} shape
 * @param {number} space CSS pixels of width to fill
 * @param {number} dpr device pixels per CSS pixel
 */
export function filtersPerPage(shape, space, dpr) {
  if (shape.in <= TILE_CHANNELS) return Math.min(shape.out, MOST_TILES);
  const unit = Math.max(1, Math.floor(dpr));
  const room = Math.floor((space * dpr) / unit);
  const fitting = Math.floor(room / (shape.cols * SMALLEST_CELL + Math.max(1, Math.round((HAIRLINE * dpr) / unit))));
  const affordable = Math.floor(MOST_CELLS / (shape.in * shape.rows * shape.cols));
  return Math.max(1, Math.min(shape.out, fitting, affordable));
}

/**
 * @param {KernelShape} shape
 * @param {number} space CSS pixels of width to fill
 * @param {number} dpr device pixels per CSS pixel
 * @param {number} bands
 * @returns {Plan}
 */
export function planPicture(shape, space, dpr, bands) {
  const unit = Math.max(1, Math.floor(dpr));
  /** @param {number} css */
  const gap = (css) => Math.max(1, Math.round((css * dpr) / unit));
  const room = Math.floor((space * dpr) / unit);
  const largest = Math.round((LARGEST_CELL * dpr) / unit);
  const arrange = shape.in <= TILE_CHANNELS ? arrangeTiles : arrangeGrid;
  const layout = arrange(shape, unit, room, largest, gap, bands);
  return { ...layout, places: Array.from({ length: bands }, (_, band) => cellPlaces(layout, band)) };
}

/**
 * @param {Layout} layout
 * @param {number} band
 */
function cellPlaces(layout, band) {
  const { shape, cell, width } = layout;
  const places = new Int32Array(shape.out * shape.in * shape.rows * shape.cols);
  let index = 0;
  for (let out = 0; out < shape.out; out += 1) {
    for (let channel = 0; channel < shape.in; channel += 1) {
      const { x, y } = kernelOrigin(layout, band, out, channel);
      for (let row = 0; row < shape.rows; row += 1) {
        for (let col = 0; col < shape.cols; col += 1) places[index++] = (y + row * cell) * width + x + col * cell;
      }
    }
  }
  return places;
}

/**
 * @param {KernelShape} shape
 * @param {number} unit
 * @param {number} room
 * @param {number} largest
 * @param {(css: number) => number} gap
 * @param {number} bands
 * @returns {Layout}
 */
function arrangeTiles(shape, unit, room, largest, gap, bands) {
  const between = gap(HAIRLINE) * (shape.in - 1);
  /** @param {number} perRow */
  const cellFor = (perRow) => Math.floor((room - (perRow - 1) * gap(TILE_GAP) - perRow * between) / (perRow * shape.in * shape.cols));
  const comfortable = (COMFORTABLE_CELL * largest) / LARGEST_CELL;
  const perRow =
    ROW_LENGTHS.find((length) => shape.out % length === 0 && cellFor(length) >= comfortable) ?? Math.min(SHORTEST_ROW, shape.out);
  const cell = Math.min(largest, Math.max(1, cellFor(perRow)));
  const tileWidth = shape.in * shape.cols * cell + between;
  const bandHeight = shape.rows * cell;
  const bandY = bandHeight + gap(PAIR_GAP);
  const filterHeight = (bands - 1) * bandY + bandHeight;
  const pitchX = tileWidth + gap(TILE_GAP);
  const factsY = filterHeight + gap(FACTS_GAP);
  const factsHeight = gap(FACTS_HEIGHT);
  const pitchY = factsY + factsHeight + gap(TILE_ROW_GAP);
  return {
    shape,
    kind: "tiles",
    unit,
    cell,
    perRow,
    width: (perRow - 1) * pitchX + tileWidth,
    height: (Math.ceil(shape.out / perRow) - 1) * pitchY + factsY + factsHeight,
    pitchX,
    pitchY,
    slice: shape.cols * cell + gap(HAIRLINE),
    bands,
    bandY,
    bandHeight,
    factsY,
    factsHeight,
  };
}

/**
 * @param {KernelShape} shape
 * @param {number} unit
 * @param {number} room
 * @param {number} largest
 * @param {(css: number) => number} gap
 * @param {number} bands
 * @returns {Layout}
 */
function arrangeGrid(shape, unit, room, largest, gap, bands) {
  const line = gap(HAIRLINE);
  const fitting = Math.floor((room - (shape.out - 1) * line) / (shape.out * shape.cols));
  const cell = Math.min(largest, Math.max(1, fitting));
  const slice = shape.rows * cell + line;
  const bandHeight = shape.in * slice - line;
  const pitchX = shape.cols * cell + line;
  const bandY = bandHeight + gap(GRID_PAIR_GAP);
  const factsY = (bands - 1) * bandY + bandHeight + gap(FACTS_GAP);
  const factsHeight = gap(FACTS_HEIGHT);
  return {
    shape,
    kind: "grid",
    unit,
    cell,
    perRow: shape.out,
    width: shape.out * pitchX - line,
    height: factsY + factsHeight,
    pitchX,
    pitchY: 0,
    slice,
    bands,
    bandY,
    bandHeight,
    factsY,
    factsHeight,
  };
}

/**
 * The top left corner of a kernel in atlas pixels.
 * @param {Layout} plan
 * @param {number} band
 * @param {number} out
 * @param {number} channel
 */
export function kernelOrigin(plan, band, out, channel) {
  const column = out % plan.perRow;
  const row = Math.floor(out / plan.perRow);
  const alongTiles = plan.kind === "tiles" ? channel * plan.slice : 0;
  const alongGrid = plan.kind === "grid" ? channel * plan.slice : 0;
  return {
    x: column * plan.pitchX + alongTiles,
    y: row * plan.pitchY + alongGrid + band * plan.bandY,
  };
}

/**
 * @param {Plan} plan
 * @param {number} x atlas pixels
 * @param {number} y atlas pixels
 * @returns {(Cell & {band: number}) | null} null in the gaps
 */
export function cellAt(plan, x, y) {
  const { shape, kind, cell, pitchX, pitchY, slice, bandY } = plan;
  if (x < 0 || y < 0 || x >= plan.width || y >= plan.height) return null;
  const filterRow = kind === "tiles" ? Math.floor(y / pitchY) : 0;
  const inFilter = y - filterRow * pitchY;
  const band = Math.min(plan.bands - 1, Math.floor(inFilter / bandY));
  const inTileY = inFilter - band * bandY;
  const inTileX = x % pitchX;
  const channel = Math.floor((kind === "tiles" ? inTileX : inTileY) / slice);
  const out = filterRow * plan.perRow + Math.floor(x / pitchX);
  const col = Math.floor((kind === "tiles" ? inTileX - channel * slice : inTileX) / cell);
  const row = Math.floor((kind === "grid" ? inTileY - channel * slice : inTileY) / cell);
  const inside = out < shape.out && channel < shape.in && row < shape.rows && col < shape.cols;
  return inside ? { band, out, in: channel, row, col } : null;
}

/**
 * The next cell in a direction of the picture; at the border, the cell itself.
 * @param {Plan} plan
 * @param {Cell} from
 * @param {number} dx −1, 0 or 1
 * @param {number} dy −1, 0 or 1
 * @returns {Cell}
 */
export function neighbour(plan, from, dx, dy) {
  const { rows, cols } = plan.shape;
  const row = from.row + dy;
  const col = from.col + dx;
  if (row >= 0 && row < rows && col >= 0 && col < cols) return { ...from, row, col };
  const [channelStep, filterStep] = plan.kind === "tiles" ? [dx, dy * plan.perRow] : [dy, dx];
  let channel = from.in + channelStep;
  let out = from.out + filterStep;
  if (plan.kind === "tiles" && (channel < 0 || channel >= plan.shape.in)) {
    // The last slice of a tile borders on the first of the next tile in the same row of tiles.
    const column = (from.out % plan.perRow) + dx;
    if (column < 0 || column >= plan.perRow) return from;
    out = from.out + dx;
    channel = dx > 0 ? 0 : plan.shape.in - 1;
  }
  if (out < 0 || out >= plan.shape.out || channel < 0 || channel >= plan.shape.in) return from;
  return { out, in: channel, row: (row + rows) % rows, col: (col + cols) % cols };
}
