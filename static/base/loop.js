import { apart } from "./apart.js";

/**
 * The page's one animation loop. Everything that is drawn or written is a task; a task runs in an animation frame, only
 * when it was invalidated, and no more often than its interval allows. With nothing to do, no frame is requested.
 *
 * Most of a frame's cost is not our script but the browser's own work: style, layout and painting. So tasks with an interval wait for
 * a frame that is coming anyway, and request one only if none is. What nobody can see waits until it is shown.
 */

/** A task due within this time runs now, because frames are not evenly spaced. */
const TOLERANCE_MS = 8;
/** How long a due task waits for a frame that others request. */
const PATIENCE_MS = 100;
/** After this long in one frame, tasks that can wait are left to the next, although that repeats the browser's own work. */
const LONG_MS = 24;

/** The interval of tasks that write numbers: faster changes can't be read. */
export const READABLE_MS = 200;

export class Task {
  /**
   * @param {Loop} loop
   * @param {(now: number) => void} run
   * @param {number} interval least milliseconds from one run to the next
   * @param {() => boolean} isShown whether anybody can see what it draws
   */
  constructor(loop, run, interval, isShown) {
    this.loop = loop;
    this.run = run;
    this.interval = interval;
    this.isShown = isShown;
    this.dirty = false;
    this.urgent = false;
    this.last = -Infinity;
    /** When its next reminder comes, by the loop's clock. */
    this.reminder = Infinity;
  }

  /** Run as soon as the interval allows; without an interval, in the next frame. */
  invalidate() {
    if (this.dirty) return;
    this.dirty = true;
    if (!this.isShown()) return;
    if (this.interval === 0) this.loop.request();
    else this.loop.remind(this, this.interval);
  }

  /** Run in the next frame, whatever the interval. */
  hurry() {
    this.dirty = true;
    this.urgent = true;
    if (this.isShown()) this.loop.request();
  }

  /** What it was invalidated for is out of date. */
  drop() {
    this.dirty = false;
    this.urgent = false;
  }

  /** @param {number} now */
  isDue(now) {
    return this.dirty && this.isShown() && (this.urgent || now - this.last >= this.interval - TOLERANCE_MS);
  }
}

export class Loop {
  /**
   * Tests pass their own three functions and trigger them by hand.
   * @param {(callback: (now: number) => void) => number} [schedule] in the next frame
   * @param {(callback: () => void, milliseconds: number) => number} [later]
   * @param {() => number} [clock] milliseconds
   */
  constructor(
    schedule = (callback) => requestAnimationFrame(callback),
    later = (callback, milliseconds) => setTimeout(callback, milliseconds),
    clock = () => performance.now(),
  ) {
    this.schedule = schedule;
    this.later = later;
    this.clock = clock;
    /** @type {Task[]} */
    this.tasks = [];
    this.requested = false;
  }

  /**
   * Add a task. Tasks run in the order in which they were added.
   * @param {(now: number) => void} run
   * @param {{interval?: number, isShown?: () => boolean}} [options]
   */
  task(run, { interval = 0, isShown = () => true } = {}) {
    const task = new Task(this, run, interval, isShown);
    this.tasks.push(task);
    return task;
  }

  /** Run in the next frame what has waited to be shown, and now is. */
  wake() {
    for (const task of this.tasks) if (task.dirty) task.hurry();
  }

  request() {
    if (this.requested) return;
    this.requested = true;
    this.schedule(this.#frame);
  }

  /**
   * Request a frame if the task has not run by then, unless a reminder comes as soon: while frames come, many would be set in each.
   * @param {Task} task
   * @param {number} milliseconds
   */
  remind(task, milliseconds) {
    const at = this.clock() + milliseconds;
    if (at >= task.reminder) return;
    task.reminder = at;
    const { last } = task;
    this.later(() => {
      if (task.reminder !== at) return; // another came sooner
      task.reminder = Infinity;
      if (!task.dirty) return;
      if (task.last === last) this.request();
      else this.remind(task, milliseconds);
    }, milliseconds);
  }

  /** @param {number} now */
  #frame = (now) => {
    this.requested = false;
    const turn = this.#turn(now);
    const began = this.clock();
    for (const task of this.tasks) {
      if (!task.isDue(now)) {
        // It was reminded of too soon: it has run since, or the frame's time lies before that of the reminder.
        if (task.dirty && task.isShown() && task.reminder === Infinity) this.remind(task, task.last + task.interval - now);
        continue;
      }
      if (task.interval > 0 && task !== turn) {
        if (!task.urgent) {
          this.remind(task, PATIENCE_MS);
          continue;
        }
        if (this.clock() - began > LONG_MS) {
          this.request();
          continue;
        }
      }
      task.drop();
      task.last = now;
      apart(() => task.run(now));
    }
  };

  /**
   * Let tasks with an interval take turns, so that no frame is long.
   * @param {number} now
   */
  #turn(now) {
    /** @type {Task | null} */
    let turn = null;
    for (const task of this.tasks) {
      if (task.interval > 0 && task.isDue(now) && (!turn || task.last < turn.last)) turn = task;
    }
    return turn;
  }
}
