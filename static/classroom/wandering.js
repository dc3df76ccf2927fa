/** Whether this page looks around by itself: remembered while its tab is open, so that a reload doesn't take it back. */

const KEY = "kernelscope.wanders";

/** @returns {boolean} */
export function wandersHere() {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

/** @param {boolean} wanders */
export function wanderHere(wanders) {
  try {
    if (wanders) sessionStorage.setItem(KEY, "1");
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is blocked: after a reload, the page follows.
  }
}
