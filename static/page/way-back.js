/**
 * The way back to an experiment whose settings were changed, which opened another one. It lasts as long as the browser's tab. Where
 * storage is blocked, the browser's own Back leads there too.
 */

const KEY = "kernelscope.left";

/**
 * Note that this experiment is left for one with other settings.
 * @param {string} id
 */
export function leave(id) {
  write({ id, address: location.pathname + location.search, to: null });
}

/**
 * Find the address of the experiment that was left for this one.
 * @param {string} id of this one
 * @returns {string | null}
 */
export function left(id) {
  const note = read();
  // The first page of another experiment is the one that was opened.
  if (note && note.to === null && note.id !== id) write({ ...note, to: id });
  return note && note.id !== id && (note.to ?? id) === id ? note.address : null;
}

/** @param {{id: string, address: string, to: string | null}} note */
function write(note) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(note));
  } catch {
    // Nothing depends on it.
  }
}

/** @returns {{id: string, address: string, to: string | null} | null} */
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}
