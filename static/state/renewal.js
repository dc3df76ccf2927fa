/**
 * @param {import("./store.js").Store} store
 * @param {import("./session.js").Session} session
 */
export function renewal(store, session) {
  /**
   * During training the next numbers come soon; otherwise these are the last for now, and are shown at once.
   * @param {import("../base/loop.js").Task[]} tasks
   */
  return (...tasks) => {
    const soon = store.experiment?.status === "running" && session.state === "open";
    for (const task of tasks) {
      if (soon) task.invalidate();
      else task.hurry();
    }
  };
}
