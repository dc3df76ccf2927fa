/**
 * Where each cell of a layer lies in its picture, and which cell is under a point. Pure.
 *
 * A picture is an atlas whose pixels are squares of `unit` × `unit` device pixels; a cell is `cell` × `cell` atlas pixels.
 * So cells are a whole number of device pixels, and the gaps between kernels can be thinner than a cell.
 * It has one band for each quantity. Layers with one to three input channels are drawn as tiles, the bands of each filter one below
 * the other; three that are the image's colours may be drawn as one, all in the same place; deeper ones as one grid per band, with a column for each filter and a row for each input channel. Below the last band
 * there may be a map of each filter: an image of its own resolution, as wide as the filter, or as a few narrow ones (draw/responses.js).
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
 * @property {number} slice     from an input channel to the next, to the right in tiles (0: they are one colour), downwards in grids
 * @property {number} bands     how many
 * @property {number} bandY     from one band to the next
 * @property {number} bandHeight
 * @property {number} mapY      from the first band to a filter's map, below the last band
 * @property {number} mapWidth  0: there are no maps
 * @property {number} mapHeight
 * @property {number} mapLines  how many filters' maps lie below each other, each as wide as these filters together
 * @property {number} mapPitch  from one of these to the next
 * @property {number} marksY    from the first band to a filter's polar mark, below the last band and the map
 * @property {number} marksHeight  0: there are no marks
 * @property {number} factsY    from the first band to the facts about a filter, below all that
 * @property {number} factsHeight
 *
 * A layout with the first pixel of each cell of each band, in the order of the values: computed once, used for every frame.
 * @typedef {Layout & {places: Int32Array[]}} Plan
 *
 * @typedef {object} Room
 * @property {number} [height]  CSS pixels that the picture may fill with larger cells; without it, it is as low as its width allows
 * @property {{rows: number, cols: number} | null} [map]  the size of each filter's map, if there are maps
 * @property {boolean} [marks]  whether each filter has a polar mark
 *
 * What an arrangement depends on besides the shape, in atlas pixels.
 * @typedef {object} Measures
 * @property {number} unit
 * @property {number} width     of the room
 * @property {number} height    of the room; 0: not given
 * @property {number} largest   cell
 * @property {(css: number) => number} gap
 * @property {number} bands
 * @property {{rows: number, cols: number} | null} map
 * @property {boolean} marks
 */

/** The most input channels of a layer that is drawn as tiles. */
export const TILE_CHANNELS = 3;
const LARGEST_CELL = 32;
/** Filters go into longer rows only if these are even and the cells stay this large. */
const COMFORTABLE_CELL = 10;
const ROW_LENGTHS = [16, 12, 8, 6];
const USUAL_ROW = 4;
/** Where there is room for larger cells, rows may be this short. */
const SHORT_ROWS = [3, 2, 1];
/** A grid cell with fewer atlas pixels couldn't be pointed at: such a grid has fewer filters per page. */
const SMALLEST_CELL = 2;
/** The most tiles per page and cells per grid, to bound the work for a frame. */
const MOST_TILES = 32;
const MOST_CELLS = 40_000;
/** A map is at most this many times as high as it is wide. */
const TALLEST_MAP = 2;
/** CSS pixels: where filters are narrower than this, so many of them share their width that their maps are as wide. */
const LEGIBLE_MAP = 28;
const LINES = [1, 2, 3, 4];
/** Gaps in CSS pixels. */
const HAIRLINE = 1;
const PAIR_GAP = 3;
const GRID_PAIR_GAP = 10;
const TILE_GAP = 10;
const TILE_ROW_GAP = 8;
const FACTS_GAP = 3;
const MARKS_HEIGHT = 14;
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
 * @param {Room} [room]
 * @returns {Plan}
 */
export function planPicture(shape, space, dpr, bands, { height = 0, map = null, marks = false } = {}) {
  const unit = Math.max(1, Math.floor(dpr));
  const arrange = shape.in <= TILE_CHANNELS ? arrangeTiles : arrangeGrid;
  const layout = arrange(shape, {
    unit,
    width: Math.floor((space * dpr) / unit),
    height: Math.floor((height * dpr) / unit),
    largest: Math.round((LARGEST_CELL * dpr) / unit),
    gap: (css) => Math.max(1, Math.round((css * dpr) / unit)),
    bands,
    map,
    marks,
  });
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
 * @param {Measures} measures
 * @returns {Layout}
 */
function arrangeTiles(shape, measures) {
  const { unit, largest, gap, bands } = measures;
  const slices = shape.colour ? 1 : shape.in;
  const between = gap(HAIRLINE) * (slices - 1);
  /** @param {number} perRow @param {number} cell @returns {Layout} */
  const layoutOf = (perRow, cell) => {
    const tileWidth = slices * shape.cols * cell + between;
    const bandHeight = shape.rows * cell;
    const pitchX = tileWidth + gap(TILE_GAP);
    const below = belowFilter(tileWidth, pitchX, bandHeight, bandHeight + gap(PAIR_GAP), { ...measures, out: 1 });
    const pitchY = below.factsY + below.factsHeight + gap(TILE_ROW_GAP);
    const width = (perRow - 1) * pitchX + tileWidth;
    const height = Math.ceil(shape.out / perRow) * pitchY - gap(TILE_ROW_GAP);
    const slice = shape.colour ? 0 : shape.cols * cell + gap(HAIRLINE);
    return { shape, kind: "tiles", unit, cell, perRow, width, height, pitchX, pitchY, slice, bands, bandHeight, ...below };
  };
  /** @param {number} perRow */
  const cellFor = (perRow) =>
    Math.floor((measures.width - (perRow - 1) * gap(TILE_GAP) - perRow * between) / (perRow * slices * shape.cols));
  const comfortable = (COMFORTABLE_CELL * largest) / LARGEST_CELL;
  const usual = ROW_LENGTHS.find((length) => shape.out % length === 0 && cellFor(length) >= comfortable) ?? Math.min(USUAL_ROW, shape.out);
  let chosen = layoutOf(usual, Math.min(largest, Math.max(1, cellFor(usual))));
  for (const perRow of SHORT_ROWS) {
    if (perRow >= usual || shape.out % perRow !== 0) continue;
    // The largest cell with which the picture is no higher than the room.
    let cell = Math.min(largest, cellFor(perRow));
    while (cell > chosen.cell && layoutOf(perRow, cell).height > measures.height) cell -= 1;
    if (cell > chosen.cell) chosen = layoutOf(perRow, cell);
  }
  return chosen;
}

/**
 * @param {KernelShape} shape
 * @param {Measures} measures
 * @returns {Layout}
 */
function arrangeGrid(shape, measures) {
  const { unit, largest, gap, bands } = measures;
  const line = gap(HAIRLINE);
  const fitting = Math.floor((measures.width - (shape.out - 1) * line) / (shape.out * shape.cols));
  const cell = Math.min(largest, Math.max(1, fitting));
  const slice = shape.rows * cell + line;
  const bandHeight = shape.in * slice - line;
  const pitchX = shape.cols * cell + line;
  const below = belowFilter(pitchX - line, pitchX, bandHeight, bandHeight + gap(GRID_PAIR_GAP), { ...measures, out: shape.out });
  const width = shape.out * pitchX - line;
  const height = below.factsY + below.factsHeight;
  return { shape, kind: "grid", unit, cell, perRow: shape.out, width, height, pitchX, pitchY: 0, slice, bands, bandHeight, ...below };
}

/**
 * Where a filter's bands, its map, its mark and its facts lie below each other.
 * @param {number} filterWidth
 * @param {number} pitch from a filter to the next
 * @param {number} bandHeight
 * @param {number} bandY
 * @param {Measures & {out: number}} measures  `out`: how many filters may share their width
 */
function belowFilter(filterWidth, pitch, bandHeight, bandY, { gap, bands, map, marks, out }) {
  const lines = LINES.find((count) => out % count === 0 && count * pitch > gap(LEGIBLE_MAP)) ?? 1;
  const width = filterWidth + (lines - 1) * pitch;
  const pixel = map ? Math.min(width / map.cols, (TALLEST_MAP * width) / map.rows) : 0;
  const mapWidth = map ? Math.max(1, Math.round(map.cols * pixel)) : 0;
  const mapHeight = map ? Math.max(1, Math.round(map.rows * pixel)) : 0;
  const mapPitch = mapHeight + gap(PAIR_GAP);
  const mapY = bands * bandY;
  const end = map ? mapY + (lines - 1) * mapPitch + mapHeight : (bands - 1) * bandY + bandHeight;
  const marksY = end + gap(FACTS_GAP);
  const marksHeight = marks ? gap(MARKS_HEIGHT) : 0;
  const factsY = marksY + marksHeight + (marks ? gap(HAIRLINE) : 0);
  const ofMaps = { mapY, mapWidth, mapHeight, mapLines: lines, mapPitch };
  return { bandY, ...ofMaps, marksY, marksHeight, factsY, factsHeight: gap(FACTS_HEIGHT) };
}

/**
 * The width of a filter in atlas pixels: of all its channels in tiles, of one in grids.
 * @param {Layout} plan
 */
export function filterWidth({ kind, shape, cell, slice }) {
  return kind === "tiles" ? (shape.in - 1) * slice + shape.cols * cell : shape.cols * cell;
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
 * @returns {(Cell & {band: number}) | null} null in the gaps; of three channels in one place the first
 */
export function cellAt(plan, x, y) {
  const { shape, kind, cell, pitchX, pitchY, slice, bandY } = plan;
  if (x < 0 || y < 0 || x >= plan.width || y >= plan.height) return null;
  const filterRow = kind === "tiles" ? Math.floor(y / pitchY) : 0;
  const inFilter = y - filterRow * pitchY;
  const band = Math.floor(inFilter / bandY);
  if (band >= plan.bands) return null;
  const inTileY = inFilter - band * bandY;
  const inTileX = x % pitchX;
  const channel = slice === 0 ? 0 : Math.floor((kind === "tiles" ? inTileX : inTileY) / slice);
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
  const inColour = plan.slice === 0;
  const [channelStep, filterStep] = plan.kind === "grid" ? [dy, dx] : [inColour ? 0 : dx, dy * plan.perRow];
  let channel = from.in + channelStep;
  let out = from.out + filterStep;
  if (plan.kind === "tiles" && (channel < 0 || channel >= plan.shape.in || (inColour && dx !== 0))) {
    // The last slice of a tile borders on the first of the next tile in the same row of tiles.
    const column = (from.out % plan.perRow) + dx;
    if (column < 0 || column >= plan.perRow) return from;
    out = from.out + dx;
    if (!inColour) channel = dx > 0 ? 0 : plan.shape.in - 1;
  }
  if (out < 0 || out >= plan.shape.out || channel < 0 || channel >= plan.shape.in) return from;
  return { out, in: channel, row: (row + rows) % rows, col: (col + cols) % cols };
}
