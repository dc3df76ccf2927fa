/**
 * Classes from the names of folders, one folder a class: the rules of `kernelscope.datasets.own.classes`. Pure.
 *
 * @typedef {import("./unusable.js").Left} Left
 *
 * @typedef {object} Arrangement
 * @property {string[]} classes
 * @property {{name: string, label: number | null, tests: boolean}[]} placed pictures; null: in no folder of a class
 * @property {Left[]} left
 * @property {string[]} merged names of folders that are one class, since they differ in case only
 */

export const LONGEST_CLASS = 40;
export const MOST_CLASSES = 100;
const PICTURE = /\.(png|jpe?g|gif|webp|bmp)$/i;
const ARCHIVE = /\.(zip|tar|gz|tgz|bz2|xz|7z|rar|npz)$/i;
const TABLE = /\.(csv|tsv|xlsx?|json|parquet)$/i;
const IGNORED = new Set(["__macosx", "thumbs.db", "desktop.ini"]);
const [TRAIN, TEST] = [new Set(["train", "training"]), new Set(["test", "testing", "val", "valid", "validation"])];
// eslint-disable-next-line no-control-regex -- what a name may not have (kernelscope.datasets.names)
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;
const INVISIBLE = /^[\p{Cf}\p{Mn}\p{Me}\p{Zs}]*$/u;

/** What two names have in common that nobody could tell apart. @param {string} name */
export const same = (name) => name.normalize("NFKC").toLowerCase();

/** A text as a name that people can read; empty where nothing could be seen of it. @param {string} text @param {number} [longest] */
export function nameFrom(text, longest = LONGEST_CLASS) {
  const name = text.normalize("NFC").replace(UNPRINTABLE, " ");
  if (INVISIBLE.test(name)) return "";
  const signs = [...name.trim()];
  return signs.length <= longest
    ? signs.join("")
    : `${signs
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`;
}

/**
 * @param {string[]} names of files, with `/`; those of folders end with one
 * @returns {Arrangement}
 */
export function arranged(names) {
  /** @type {Left[]} */
  const left = [];
  /** @type {{name: string, parts: string[]}[]} */
  let files = [];
  /** @type {string[][]} */
  const folders = [];
  for (const name of names) {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.some((part) => part.startsWith(".") || IGNORED.has(part.toLowerCase()))) continue;
    if (name.endsWith("/")) folders.push(parts);
    else if (PICTURE.test(name)) files.push({ name, parts });
    else left.push({ name, key: ARCHIVE.test(name) ? "own.left.archive" : TABLE.test(name) ? "own.left.table" : "own.left.no_picture" });
  }
  let around = 0;
  const wrapper = /** @type {string[]} */ ([]);
  while (files.length > 0 && files.every(({ parts }) => parts.length > 2 && parts[0] === files[0].parts[0])) {
    wrapper.push(files[0].parts[0]);
    files = files.map(({ name, parts }) => ({ name, parts: parts.slice(1) }));
    around += 1;
  }
  const firsts = new Set(files.map(({ parts }) => parts[0].toLowerCase()));
  const has = (/** @type {Set<string>} */ those) => [...firsts].some((first) => those.has(first));
  const isSplit =
    has(TRAIN) &&
    has(TEST) &&
    [...firsts].every((first) => TRAIN.has(first) || TEST.has(first)) &&
    files.every(({ parts }) => parts.length > 2);

  /** The ways to write each class's name. @type {Map<string, Set<string>>} */
  const found = new Map();
  /** @type {{name: string, key: string | null, tests: boolean}[]} */
  const classed = [];
  for (const { name, parts } of files) {
    const tests = isSplit && TEST.has(parts[0].toLowerCase());
    const [folder, ...rest] = isSplit ? parts.slice(1) : parts;
    const key = rest.length === 0 ? null : same(folder);
    if (key !== null && !nameFrom(folder)) {
      left.push({ name, key: "own.left.nameless" });
      continue;
    }
    if (key !== null) found.set(key, (found.get(key) ?? new Set()).add(folder));
    classed.push({ name, key, tests });
  }
  for (const parts of folders) {
    const isClass = parts.length === around + (isSplit ? 2 : 1) && wrapper.every((part, place) => parts[place] === part);
    if (isClass && !found.has(same(parts[parts.length - 1]))) left.push({ name: parts.join("/"), key: "own.left.empty" });
  }
  const named = namesOf(found);
  const classes = [...named.values()].sort(inOrder);
  const labels = new Map([...named].map(([key, name]) => [key, classes.indexOf(name)]));
  return {
    classes,
    placed: classed.map(({ name, key, tests }) => ({ name, label: key === null ? null : (labels.get(key) ?? null), tests })),
    left,
    merged: [...found.values()].filter(({ size }) => size > 1).map((spelt) => [...spelt].sort().join(", ")),
  };
}

/** Shorten names so that they still differ. @param {Map<string, Set<string>>} found */
function namesOf(found) {
  const taken = new Set();
  return new Map(
    [...found].map(([key, spelt]) => {
      const short = nameFrom([...spelt].sort()[0]);
      let name = short;
      for (let number = 2; taken.has(same(name)); number += 1) name = `${[...short].slice(0, -4).join("")} ${number}`;
      taken.add(same(name));
      return [key, name];
    }),
  );
}

/**
 * 9 before 10, whatever the case.
 * @param {string} one
 * @param {string} other
 */
export function inOrder(one, other) {
  const [those, others] = [one, other].map((name) => name.toLowerCase().split(/(\d+)/));
  for (let place = 0; place < Math.min(those.length, others.length); place += 1) {
    // Texts and numbers alternate.
    const [a, b] = place % 2 ? [Number(those[place]), Number(others[place])] : [those[place], others[place]];
    if (a !== b) return a < b ? -1 : 1;
  }
  return those.length - others.length;
}
