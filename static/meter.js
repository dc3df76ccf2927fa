/** Measures what is really drawn: how many snapshots a second, and how many steps lie between two of them. */

const WINDOW_MS = 1000;

export class FrameMeter {
  constructor() {
    /** @type {{time: number, step: number}[]} */
    this.drawn = [];
  }

  clear() {
    this.drawn = [];
  }

  /**
   * @param {number} time in milliseconds
   * @param {number} step of the snapshot drawn then
   */
  record(time, step) {
    this.drawn.push({ time, step });
    while (this.drawn[0].time < time - WINDOW_MS) this.drawn.shift();
  }

  /** @returns {{framesPerSecond: number, stepsPerFrame: number} | null} null while two frames haven't been drawn */
  read() {
    const first = this.drawn[0];
    const last = this.drawn.at(-1);
    if (!first || !last || last.time === first.time) return null;
    const intervals = this.drawn.length - 1;
    return {
      framesPerSecond: (1000 * intervals) / (last.time - first.time),
      stepsPerFrame: Math.max(1, (last.step - first.step) / intervals),
    };
  }
}
