/**
 * What the browser keeps from one visit to the next. It may keep nothing, in a frame of another page or because whoever uses it
 * wants it so: then every visit is the first.
 */

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string | null} value null: forget it
 */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // It holds for this visit.
  }
}
