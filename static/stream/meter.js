/** Measurements of what was really drawn and received, over about the last second, or the last two events if they are slower. */

const WINDOW_MS = 1000;

class Recent {
  constructor() {
    /** @type {{time: number, value: number}[]} */
    this.samples = [];
  }

  clear() {
    this.samples = [];
  }

  /**
   * @param {number} time milliseconds
   * @param {number} value
   */
  record(time, value) {
    this.samples.push({ time, value });
    while (this.samples.length > 2 && this.samples[0].time < time - WINDOW_MS) this.samples.shift();
  }

  /**
   * The time from the first sample to the last; null with fewer than two, or if the last is too old to say anything.
   * @param {number} now
   */
  span(now) {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.time === first.time) return null;
    const elapsed = last.time - first.time;
    const usual = elapsed / (this.samples.length - 1);
    return now - last.time > WINDOW_MS + 2 * usual ? null : { first, last, elapsed };
  }
}

/** Snapshots drawn per second, and the steps between two of them. */
export class FrameMeter extends Recent {
  /**
   * @param {number} now
   * @returns {{framesPerSecond: number, stepsPerFrame: number} | null} null while nothing is measured
   */
  read(now) {
    const span = this.span(now);
    if (!span) return null;
    const intervals = this.samples.length - 1;
    return {
      framesPerSecond: (1000 * intervals) / span.elapsed,
      stepsPerFrame: Math.max(1, (span.last.value - span.first.value) / intervals),
    };
  }
}

/** An amount per second. */
export class RateMeter extends Recent {
  /**
   * @param {number} now
   * @returns {number | null} null while nothing is measured
   */
  read(now) {
    const span = this.span(now);
    // What the first sample counts arrived before the measured time.
    return span && (1000 * this.samples.reduce((sum, { value }) => sum + value, -span.first.value)) / span.elapsed;
  }
}

/** The median. */
export class MedianMeter extends Recent {
  /**
   * @param {number} now
   * @returns {number | null} null while nothing is measured
   */
  read(now) {
    if (!this.span(now)) return null;
    return this.samples.map(({ value }) => value).sort((a, b) => a - b)[(this.samples.length - 1) >> 1];
  }
}
