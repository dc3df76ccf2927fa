import { labelled } from "./arrays.js";
import { arranged, nameFrom } from "./classes.js";
import { squareOf } from "./pictures.js";
import { MOST_BYTES, MOST_FILES, Unusable } from "./unusable.js";
import { zipEntries } from "./zip.js";

/**
 * What somebody has brought: files, folders, zips and arrays, as pictures that are decoded when they are needed.
 *
 * @typedef {import("./unusable.js").Left} Left
 * @typedef {import("./scaling.js").Square} Square
 *
 * @typedef {object} Found
 * @property {string} name its path
 * @property {string | null} folder the name of its class; null: it is to be sorted
 * @property {boolean} tests whether it came as one for tests
 * @property {() => Square | Promise<Square>} square
 *
 * @typedef {object} Brought
 * @property {string} title of the folder or file
 * @property {Found[]} found
 * @property {Left[]} left
 * @property {string[]} merged
 *
 * @typedef {{name: string, blob: () => Promise<Blob>}} Entry a file, or a folder, whose name ends with `/`
 */

const LONGEST_TITLE = 80;
const TYPES = /** @type {const} */ ({ zip: /\.zip$/i, npz: /\.npz$/i });

/**
 * @param {Entry[]} entries
 * @returns {Promise<Brought>}
 */
export async function broughtBy(entries) {
  /** @type {Brought} */
  const all = { title: "", found: [], left: [], merged: [] };
  const loose = [];
  for (const entry of entries) {
    // What lies in a folder is one of its pictures, or left out.
    const isAlone = !entry.name.includes("/");
    if (!isAlone || !(TYPES.zip.test(entry.name) || TYPES.npz.test(entry.name))) {
      loose.push(entry);
      continue;
    }
    try {
      const [blob, title] = [await entry.blob(), nameFrom(entry.name.replace(/\.\w+$/, ""), LONGEST_TITLE)];
      add(all, { ...(await (TYPES.zip.test(entry.name) ? ofZip(blob) : ofArrays(blob))), title });
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      all.left.push({ name: entry.name, key: error.key, values: error.values });
    }
  }
  if (loose.length > 0) {
    const [top] = loose[0].name.split("/");
    const isOne = loose.every(({ name }) => name.startsWith(`${top}/`));
    add(all, { ...ofFiles(loose), title: isOne ? nameFrom(top, LONGEST_TITLE) : "" });
  }
  return all;
}

/** @param {Brought} all @param {Brought} one */
function add(all, one) {
  all.title ||= one.title;
  for (const each of one.found) all.found.push(each);
  for (const each of one.left) all.left.push(each);
  all.merged.push(...one.merged);
}

/** @param {Entry[]} entries @returns {Omit<Brought, "title">} */
function ofFiles(entries) {
  const { classes, placed, left, merged } = arranged(entries.map(({ name }) => name));
  const blobs = new Map(entries.map(({ name, blob }) => [name, blob]));
  const found = placed.map(({ name, label, tests }) => ({
    name,
    folder: label === null ? null : classes[label],
    tests,
    square: async () => squareOf(await /** @type {Entry["blob"]} */ (blobs.get(name))()),
  }));
  return { found, left, merged };
}

/** @param {Blob} blob */
async function ofZip(blob) {
  const { entries, left } = await zipEntries(blob);
  const files = ofFiles(entries.map(({ name, read }) => ({ name, blob: async () => new Blob([await read(MOST_BYTES)]) })));
  return { ...files, left: [...left, ...files.left] };
}

/** @param {Blob} blob @returns {Promise<Omit<Brought, "title">>} */
async function ofArrays(blob) {
  const { entries, left } = await zipEntries(blob);
  const { classes, pictures } = await labelled(entries);
  const found = pictures.map(({ label, tests, square }, place) => ({ name: `#${place}`, folder: classes[label], tests, square }));
  return { found, left, merged: [] };
}

/**
 * The files of a choice, or of a whole folder.
 * @param {Iterable<File>} files
 * @returns {Entry[]}
 */
export function chosen(files) {
  const entries = [...files].map((file) => ({ name: file.webkitRelativePath || file.name, blob: () => Promise.resolve(file) }));
  if (entries.length > MOST_FILES) throw new Unusable("own.left.many", { most: MOST_FILES });
  return entries;
}

/**
 * The files that were dropped, also those in folders. What is dropped can be asked for only at once.
 * @param {DataTransfer} transfer
 * @returns {Promise<Entry[]>}
 */
export async function dropped(transfer) {
  const roots = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry());
  /** @type {Entry[]} */
  const entries = [];
  /** @param {FileSystemEntry} entry @param {string} path */
  const follow = async (entry, path) => {
    if (entries.length >= MOST_FILES) throw new Unusable("own.left.many", { most: MOST_FILES });
    if (entry.isFile) {
      const file = /** @type {FileSystemFileEntry} */ (entry);
      entries.push({
        name: path,
        blob: () => new Promise((resolve, reject) => file.file(resolve, () => reject(new Unusable("own.left.unreadable")))),
      });
      return;
    }
    entries.push({ name: `${path}/`, blob: () => Promise.reject(new Unusable("own.left.unreadable")) });
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) {
      // A folder tells its files some at a time, until none are left.
      const some = await new Promise((/** @type {(some: FileSystemEntry[]) => void} */ resolve) =>
        reader.readEntries(resolve, () => resolve([])),
      );
      if (some.length === 0) return;
      for (const each of some) await follow(each, `${path}/${each.name}`);
    }
  };
  for (const root of roots) if (root) await follow(root, root.name);
  return entries;
}
