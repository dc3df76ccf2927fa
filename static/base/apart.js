/**
 * Report an error as if nobody had caught it: static/loading.js shows it on the page.
 * @param {unknown} error
 */
export function uncaught(error) {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * Run one of several independent actions, such as drawing a chart and drawing the board. If it throws, the others still run.
 * @param {() => void} action
 */
export function apart(action) {
  try {
    action();
  } catch (error) {
    uncaught(error);
  }
}
