/** Why a file can't be used, or nothing in it: the key of a sentence (`own.left.…`), and its values. */
export class Unusable extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/**
 * A file that is left out, and why.
 * @typedef {{name: string, key: string, values?: Record<string, string | number>}} Left
 */

/** The most files of a folder or a zip. */
export const MOST_FILES = 200_000;
/** The most bytes of one file, unpacked. */
export const MOST_BYTES = 2 ** 26;
