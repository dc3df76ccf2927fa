import { same } from "./classes.js";

/**
 * Whether pictures can be a data set as they are, and how many of them would be for tests. Pure.
 *
 * @typedef {import("./collection.js").Class} Class
 */

const MOST_SEED = 2 ** 32 - 1;

/**
 * How many images are trained on and tested, as `kernelscope.datasets.own.draft` parts them, and the classes of a single image.
 * @param {Class[]} classes
 * @param {number} share
 */
export function heldOut(classes, share) {
  const all = classes.flatMap(({ pictures }) => pictures);
  const given = all.filter(({ found }) => found.tests).length;
  const single = classes.filter(({ pictures }) => pictures.length === 1).map(({ name }) => name);
  if (given > 0) return { train: all.length - given, test: given, single: [] };
  const test = classes.reduce(
    (sum, { pictures: { length } }) => sum + Math.max(0, Math.min(Math.max(1, Math.floor(length * share + 0.5)), length - 1)),
    0,
  );
  return { train: all.length - test, test, single };
}

/**
 * Why they can't be kept.
 * @param {{classes: Class[], unsorted: Class}} collection
 * @param {{title: string, held_out: number, seed: number}} wish
 * @returns {{key: string, values?: Record<string, string | number>} | null}
 */
export function wrong({ classes, unsorted }, { title, held_out: share, seed }) {
  const filled = classes.filter(({ pictures }) => pictures.length > 0);
  if (unsorted.pictures.length > 0) return { key: "own.wrong.unsorted", values: { n: unsorted.pictures.length } };
  if (filled.length < 2) return { key: "own.wrong.classes" };
  const names = new Set(filled.map(({ name }) => same(name)));
  if (filled.some(({ name }) => name === "") || names.size < filled.length) return { key: "own.wrong.names" };
  if (title === "") return { key: "own.wrong.title" };
  if (!(share > 0 && share < 1)) return { key: "own.wrong.held_out" };
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED)) return { key: "own.wrong.seed", values: { most: MOST_SEED } };
  const { train, test } = heldOut(filled, share);
  return train > 0 && test > 0 ? null : { key: "own.wrong.single" };
}
