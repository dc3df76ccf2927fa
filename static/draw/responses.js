import { kernelOrigin } from "./atlas.js";
import { colourIndices } from "./colormap.js";

/**
 * The maps below the filters of a picture: each filter's response to an image. A map is drawn as an image, each atlas pixel in the
 * colour of the map's value there (nearest neighbour).
 *
 * @typedef {import("./atlas.js").Plan} Plan
 * @typedef {{rows: number, cols: number}} Size of a map
 */

/**
 * The place among a map's values of what each of its atlas pixels shows, row by row.
 * @param {Plan} plan
 * @param {Size} size
 */
export function sourceOf({ mapWidth, mapHeight }, { rows, cols }) {
  const source = new Int32Array(mapWidth * mapHeight);
  for (let y = 0; y < mapHeight; y += 1) {
    const from = Math.floor(((y + 0.5) * rows) / mapHeight) * cols;
    for (let x = 0; x < mapWidth; x += 1) source[y * mapWidth + x] = from + Math.floor(((x + 0.5) * cols) / mapWidth);
  }
  return source;
}

/**
 * The top left corner of a filter's map in atlas pixels.
 * @param {Plan} plan
 * @param {number} out
 */
export function mapOrigin(plan, out) {
  const line = out % plan.mapLines;
  const { x, y } = kernelOrigin(plan, 0, out - line, 0);
  return { x, y: y + plan.mapY + line * plan.mapPitch };
}

/**
 * The value of a map under a point.
 * @param {Plan} plan
 * @param {Size} size
 * @param {number} x atlas pixels
 * @param {number} y atlas pixels
 * @returns {{out: number, row: number, col: number} | null} null beside the maps
 */
export function mapAt(plan, { rows, cols }, x, y) {
  const { mapWidth, mapHeight, mapLines, perRow, shape } = plan;
  if (mapWidth === 0 || x < 0 || y < 0) return null;
  const filterRow = plan.kind === "tiles" ? Math.floor(y / plan.pitchY) : 0;
  const column = Math.floor(x / (mapLines * plan.pitchX)) * mapLines;
  const line = Math.floor((y - filterRow * plan.pitchY - plan.mapY) / plan.mapPitch);
  const out = filterRow * perRow + column + line;
  if (column >= perRow || line < 0 || line >= mapLines || out >= shape.out) return null;
  const corner = mapOrigin(plan, out);
  const [across, down] = [Math.floor(x - corner.x), Math.floor(y - corner.y)];
  if (across >= mapWidth || down >= mapHeight) return null;
  return { out, row: Math.floor(((down + 0.5) * rows) / mapHeight), col: Math.floor(((across + 0.5) * cols) / mapWidth) };
}

/**
 * The rectangle of a place of a map in atlas pixels.
 * @param {Plan} plan
 * @param {Size} size
 * @param {{out: number, row: number, col: number}} place
 */
export function placeBox(plan, { rows, cols }, { out, row, col }) {
  const { x, y } = mapOrigin(plan, out);
  const [left, right] = [col, col + 1].map((at) => Math.round((at * plan.mapWidth) / cols));
  const [top, bottom] = [row, row + 1].map((at) => Math.round((at * plan.mapHeight) / rows));
  return { x: x + left, y: y + top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/**
 * The next place in a direction of the picture: in the same map, or in that of the neighbouring filter.
 * @param {Plan} plan
 * @param {Size} size
 * @param {{out: number, row: number, col: number}} from
 * @param {number} dx −1, 0 or 1
 * @param {number} dy −1, 0 or 1
 * @returns {{out: number, row: number, col: number} | "above" | "below" | null} null: the border; or the map is left upwards or downwards,
 *   where there are kernels, or nothing
 */
export function mapNeighbour({ perRow, mapLines, shape }, { rows, cols }, from, dx, dy) {
  const [row, col] = [from.row + dy, from.col + dx];
  if (row >= 0 && row < rows && col >= 0 && col < cols) return { out: from.out, row, col };
  const at = from.out % perRow;
  const line = (at % mapLines) + dy;
  if (line < 0) return "above";
  if (line >= mapLines) return "below";
  const beside = at + dx * mapLines;
  const out = from.out + dx * mapLines + dy;
  if (beside < 0 || beside >= perRow || out >= shape.out) return null;
  return { out, row: (row + rows) % rows, col: (col + cols) % cols };
}

/**
 * Paint the maps of a page of filters.
 * @param {Plan} plan
 * @param {Int32Array} source of `sourceOf`
 * @param {number} size the number of values of a map
 * @param {Uint32Array} pixels of the atlas
 * @param {import("./paint.js").Band} band [out, row, col]
 * @param {number} absent the colour of a place without a value
 */
export function paintMaps(plan, source, size, pixels, { values, limit, linear, table }, absent) {
  const { mapWidth, mapHeight, width, shape } = plan;
  const indices = new Uint8Array(size);
  for (let out = 0; out < shape.out; out += 1) {
    if (values) colourIndices(values.subarray(out * size, (out + 1) * size), limit, indices, linear);
    const { x, y } = mapOrigin(plan, out);
    for (let down = 0; down < mapHeight; down += 1) {
      const to = (y + down) * width + x;
      const from = down * mapWidth;
      for (let across = 0; across < mapWidth; across += 1) {
        pixels[to + across] = values ? table[indices[source[from + across]]] : absent;
      }
    }
  }
}
