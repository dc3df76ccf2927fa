/**
 * An error goes where all go that nobody catches: static/loading.js has it said on the page.
 * @param {unknown} error
 */
export function uncaught(error) {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * Runs one of several that don't need each other, such as the drawing of a chart beside that of the board. Where it fails, the others
 * run all the same.
 * @param {() => void} action
 */
export function apart(action) {
  try {
    action();
  } catch (error) {
    uncaught(error);
  }
}
