/** Measurements over about the last second, or the last two events where they come slower: of what was really drawn and received. */

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
   * @param {number} time in milliseconds
   * @param {number} value
   */
  record(time, value) {
    this.samples.push({ time, value });
    while (this.samples.length > 2 && this.samples[0].time < time - WINDOW_MS) this.samples.shift();
  }

  /**
   * The time between the first and the last sample; null without two of them, and when the last is so long ago that what
   * they say no longer holds.
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

/** How many snapshots are drawn a second, and how many steps lie between two of them. */
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

/** How much comes in a second. */
export class RateMeter extends Recent {
  /**
   * @param {number} now
   * @returns {number | null} null while nothing is measured
   */
  read(now) {
    const span = this.span(now);
    // The first sample's own time lies before the time that is measured.
    return span && (1000 * this.samples.reduce((sum, { value }) => sum + value, -span.first.value)) / span.elapsed;
  }
}

/** What is usual: half of all are at most this. */
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
