/**
 * The page's one animation loop. Everything that is drawn or written is a task; a task runs in an animation frame, only
 * when it was invalidated, and no more often than its interval allows. With nothing to do, no frame is asked for.
 */

export class Task {
  /**
   * @param {Loop} loop
   * @param {(now: number) => void} run
   * @param {number} interval milliseconds from one run to the next, at least
   */
  constructor(loop, run, interval) {
    this.loop = loop;
    this.run = run;
    this.interval = interval;
    this.dirty = false;
    this.last = -Infinity;
  }

  invalidate() {
    this.dirty = true;
    this.loop.request();
  }
}

export class Loop {
  /** @param {(callback: (now: number) => void) => number} [schedule] tests give one that they flush by hand */
  constructor(schedule = (callback) => requestAnimationFrame(callback)) {
    this.schedule = schedule;
    /** @type {Task[]} */
    this.tasks = [];
    this.requested = false;
  }

  /**
   * Tasks run in the order in which they were added.
   * @param {(now: number) => void} run
   * @param {{interval?: number}} [options]
   */
  task(run, { interval = 0 } = {}) {
    const task = new Task(this, run, interval);
    this.tasks.push(task);
    return task;
  }

  request() {
    if (this.requested) return;
    this.requested = true;
    this.schedule((now) => this.#frame(now));
  }

  /** @param {number} now */
  #frame(now) {
    this.requested = false;
    for (const task of this.tasks) {
      if (!task.dirty || now - task.last < task.interval) continue;
      task.dirty = false;
      task.last = now;
      task.run(now);
    }
    if (this.tasks.some((task) => task.dirty)) this.request();
  }
}
