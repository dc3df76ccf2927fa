/**
 * The server's clock, estimated from pings: the quickest of the last few answers tells it best, because it spent the least time on the way.
 */

const KEPT = 8;
const AT_FIRST = 4;
const AT_FIRST_MS = 300;
const LATER_MS = 10_000;

export class ServerClock {
  /**
   * @param {(message: {type: "ping", sent: number}) => void} send
   * @param {() => number} [now] milliseconds of this page's clock
   */
  constructor(send, now = () => performance.now()) {
    this.send = send;
    this.now = now;
    /** @type {{roundTrip: number, ahead: number}[]} */
    this.samples = [];
    this.timer = 0;
  }

  /** Start for a new connection, which may be to another machine with another clock. */
  begin() {
    this.samples = [];
    this.#ping(1);
  }

  /** Stop when the connection is lost. */
  end() {
    clearTimeout(this.timer);
  }

  /** @param {{sent: number, time: number}} pong */
  answered({ sent, time }) {
    const roundTrip = this.now() - sent;
    this.samples.push({ roundTrip, ahead: time - (sent + roundTrip / 2) });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  /**
   * Milliseconds since a moment of the server's clock; null while that clock is unknown.
   * @param {number} time milliseconds since 1970, of the server's clock
   */
  since(time) {
    if (this.samples.length === 0) return null;
    const best = this.samples.reduce((quickest, sample) => (sample.roundTrip < quickest.roundTrip ? sample : quickest));
    return Math.max(0, this.now() + best.ahead - time);
  }

  /** @param {number} count */
  #ping(count) {
    clearTimeout(this.timer);
    this.send({ type: "ping", sent: this.now() });
    this.timer = setTimeout(() => this.#ping(count + 1), count < AT_FIRST ? AT_FIRST_MS : LATER_MS);
  }
}
