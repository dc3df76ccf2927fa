import { MOST_CLASSES, inOrder, nameFrom } from "./classes.js";
import { Unusable } from "./unusable.js";

/**
 * Images and labels from the arrays of an .npz, with the rules of `kernelscope.datasets.own.arrays`. Objects of Python (pickle) are
 * refused. Pure.
 *
 * @typedef {import("./zip.js").ZipEntry} ZipEntry
 * @typedef {import("./scaling.js").Square} Square
 *
 * @typedef {object} Table an array
 * @property {string} name
 * @property {string} kind b, i, u, f, S or U
 * @property {number[]} shape
 * @property {(index: number) => number | string} at by its place among all elements
 */

const IMAGES = ["images", "x_train", "train_images", "X_train", "X", "x", "data"];
const LABELS = ["labels", "y_train", "train_labels", "Y_train", "Y", "y", "targets"];
const TEST_IMAGES = ["x_test", "test_images", "X_test"];
const TEST_LABELS = ["y_test", "test_labels", "Y_test"];
const CLASSES = ["classes", "class_names", "label_names"];
/** The most bytes of an array, all of which is held in memory. */
const MOST_ARRAY = 2 ** 29;
const HEADER = /^\s*\{\s*'descr':\s*'([^']+)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/;

/**
 * @param {ZipEntry[]} entries
 * @returns {Promise<{classes: string[], pictures: {label: number, tests: boolean, square: () => Square}[]}>}
 * @throws {Unusable}
 */
export async function labelled(entries) {
  const named = new Map(entries.filter(({ name }) => name.endsWith(".npy")).map((entry) => [entry.name.slice(0, -4), entry]));
  const first = (/** @type {string[]} */ names) => names.find((name) => named.has(name));
  const table = async (/** @type {string} */ name) => tableIn(name, await /** @type {ZipEntry} */ (named.get(name)).read(MOST_ARRAY));
  const names = [IMAGES, LABELS, TEST_IMAGES, TEST_LABELS].map(first);
  if (!names[0] || !names[1]) throw new Unusable("own.left.arrays", { got: [...named.keys()].slice(0, 20).join(", ") || "–" });
  const pairs = [[names[0], names[1]], ...(names[2] && names[3] ? [[names[2], names[3]]] : [])];
  const given = first(CLASSES);
  const words = given ? valuesOf(await table(given)).map(String) : [];
  const parts = [];
  for (const [place, [imagesName, labelsName]] of pairs.entries()) {
    const [images, labels] = [await table(imagesName), await table(labelsName)];
    const values = labelsIn(labels, words);
    if (images.shape[0] !== values.length) throw new Unusable("own.left.counts", { images: images.shape[0] ?? 0, labels: values.length });
    parts.push({ values, squares: squaresIn(images), tests: place === 1 });
  }
  const kinds = [...new Set(parts.flatMap(({ values }) => values))].sort((one, other) => inOrder(String(one), String(other)));
  if (kinds.length > MOST_CLASSES) throw new Unusable("own.left.classes", { most: MOST_CLASSES, got: kinds.length });
  const places = new Map(kinds.map((kind, place) => [kind, place]));
  return {
    classes: kinds.map((kind) => nameFrom(words.length > 0 && typeof kind === "number" ? words[kind] : String(kind))),
    pictures: parts.flatMap(({ values, squares, tests }) =>
      values.map((value, index) => ({ label: places.get(value) ?? 0, tests, square: () => squares(index) })),
    ),
  };
}

/**
 * @param {Table} labels
 * @param {string[]} words names of the classes, if there are such
 */
function labelsIn(labels, words) {
  const [, ...rest] = labels.shape;
  if (labels.shape.length === 0 || rest.length > 1 || (rest.length === 1 && rest[0] !== 1)) {
    throw new Unusable("own.left.labels_shape", { name: labels.name, got: labels.shape.join("×") });
  }
  if (labels.kind === "f") throw new Unusable("own.left.labels_kind", { name: labels.name });
  const values = valuesOf(labels);
  const wrong = words.length > 0 && values.find((value) => typeof value === "number" && !(value >= 0 && value < words.length));
  if (wrong !== undefined && wrong !== false)
    throw new Unusable("own.left.labels_range", { name: labels.name, most: words.length - 1, got: wrong });
  return values;
}

/** @param {Table} table @returns {(number | string)[]} */
function valuesOf({ shape, at }) {
  return Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => at(index));
}

/**
 * @param {Table} images
 * @returns {(index: number) => Square}
 */
function squaresIn({ name, kind, shape, at }) {
  const isFirst = shape.length === 4 && ![1, 3].includes(shape[3]) && [1, 3].includes(shape[1]);
  const isPossible = shape.length === 3 || (shape.length === 4 && (isFirst || [1, 3].includes(shape[3])));
  if (!isPossible || shape.includes(0)) throw new Unusable("own.left.images_shape", { name, got: shape.join("×") });
  if (kind === "S" || kind === "U") throw new Unusable("own.left.images_kind", { name });
  const count = shape.reduce((product, size) => product * size, 1);
  let [low, high] = [Infinity, -Infinity];
  for (let index = 0; index < count; index += 1) {
    const value = Number(at(index));
    if (!Number.isFinite(value)) throw new Unusable("own.left.nan", { name });
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < 0 || high > 255) throw new Unusable("own.left.levels", { name, low, high });
  const levels = kind === "b" || (kind === "f" && high <= 1) ? 255 : 1;
  const [channels, rows, cols] = isFirst ? shape.slice(1) : [shape[3] ?? 1, shape[1], shape[2]];
  const side = Math.min(rows, cols);
  const [top, start] = [Math.floor((rows - side) / 2), Math.floor((cols - side) / 2)];
  return (image) => {
    const found = new Uint8Array(side * side * channels);
    for (let row = 0; row < side; row += 1) {
      for (let col = 0; col < side; col += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          const [y, x] = [row + top, col + start];
          const place = isFirst
            ? ((image * channels + channel) * rows + y) * cols + x
            : ((image * rows + y) * cols + x) * channels + channel;
          found[(row * side + col) * channels + channel] = Math.floor(Number(at(place)) * levels + 0.5);
        }
      }
    }
    return { side, channels, levels: found };
  };
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes of an .npy file
 * @returns {Table}
 */
function tableIn(name, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes[6] > 1;
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") throw new Unusable("own.left.array", { name });
  const start = isLong ? 12 : 10;
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  const [, descr = "", fortran = "", sizes = ""] =
    HEADER.exec(new TextDecoder("latin1").decode(bytes.subarray(start, start + length))) ?? [];
  if (descr.includes("O")) throw new Unusable("own.left.pickle", { name });
  const shape = sizes
    .split(",")
    .map((size) => size.trim())
    .filter(Boolean)
    .map(Number);
  if (fortran === "True" && shape.length > 1) throw new Unusable("own.left.fortran", { name });
  const [, order = "", kind = "", width = "0"] = /^([<>|=])([biufSU])(\d+)$/.exec(descr) ?? [];
  const size = Number(width);
  const read = readerOf(new DataView(bytes.buffer, bytes.byteOffset + Math.min(bytes.length, start + length)), kind, size, order !== ">");
  if (!read) throw new Unusable("own.left.kind", { name, got: descr || "?" });
  const count = shape.reduce((product, one) => product * one, 1);
  const each = kind === "U" ? 4 * size : size;
  if (count * each > bytes.length - start - length) throw new Unusable("own.left.array", { name });
  return { name, kind, shape, at: read };
}

/**
 * @param {DataView} view
 * @param {string} kind
 * @param {number} size
 * @param {boolean} little
 * @returns {Table["at"] | null}
 */
function readerOf(view, kind, size, little) {
  if (kind === "S" || kind === "U") {
    const [width, decoder] = [kind === "U" ? 4 * size : size, new TextDecoder()];
    return (index) => {
      const start = view.byteOffset + index * width;
      if (kind === "S") return decoder.decode(new Uint8Array(view.buffer, start, width)).replace(/\0+$/, "");
      const signs = Array.from({ length: size }, (_, at) => view.getUint32(index * width + 4 * at, little)).filter(
        (sign) => sign > 0 && sign < 0x110000,
      );
      return String.fromCodePoint(...signs);
    };
  }
  /** @type {Record<string, Table["at"]>} */
  const readers = {
    b1: (at) => view.getUint8(at),
    u1: (at) => view.getUint8(at),
    i1: (at) => view.getInt8(at),
    u2: (at) => view.getUint16(2 * at, little),
    i2: (at) => view.getInt16(2 * at, little),
    u4: (at) => view.getUint32(4 * at, little),
    i4: (at) => view.getInt32(4 * at, little),
    u8: (at) => Number(view.getBigUint64(8 * at, little)),
    i8: (at) => Number(view.getBigInt64(8 * at, little)),
    f4: (at) => view.getFloat32(4 * at, little),
    f8: (at) => view.getFloat64(8 * at, little),
  };
  return readers[`${kind}${size}`] ?? null;
}
