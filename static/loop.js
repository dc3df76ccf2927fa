/**
 * The page's one animation loop. Everything that is drawn or written is a task; a task runs in an animation frame, only
 * when it was invalidated, and no more often than its interval allows. With nothing to do, no frame is asked for.
 */

/** About as long as a frame takes to come once it has been asked for. */
const FRAME_MS = 16;

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
  /**
   * Tests give their own of both, and let them go by hand.
   * @param {(callback: (now: number) => void) => number} [schedule] in the next frame
   * @param {(callback: () => void, milliseconds: number) => number} [later]
   */
  constructor(
    schedule = (callback) => requestAnimationFrame(callback),
    later = (callback, milliseconds) => setTimeout(callback, milliseconds),
  ) {
    this.schedule = schedule;
    this.later = later;
    /** @type {Task[]} */
    this.tasks = [];
    this.requested = false;
    this.waking = false;
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
    /** @param {Task} task */
    const due = (task) => task.dirty && now - task.last >= task.interval;
    // Those that are not for every frame take turns, so that no frame is long.
    const [turn] = this.tasks.filter((task) => task.interval > 0 && due(task)).sort((a, b) => a.last - b.last);
    for (const task of this.tasks) {
      if (!due(task) || (task.interval > 0 && task !== turn)) continue;
      task.dirty = false;
      task.last = now;
      task.run(now);
    }
    const waiting = this.tasks.filter((task) => task.dirty);
    if (waiting.length === 0) return;
    const wait = Math.min(...waiting.map((task) => task.last + task.interval)) - now;
    if (wait <= FRAME_MS) this.request();
    else this.#wake(wait - FRAME_MS);
  }

  /**
   * No frames for nothing until a task is due.
   * @param {number} milliseconds
   */
  #wake(milliseconds) {
    if (this.waking) return;
    this.waking = true;
    this.later(() => {
      this.waking = false;
      this.request();
    }, milliseconds);
  }
}
