/**
 * Credit: the server is told how many binary messages of this connection have been dealt with, and keeps at most two on
 * the way. A message is dealt with when its snapshot has been drawn (or a newer one in its place), and at once where
 * it has none. So a page that is slow to draw gets less, and a hidden one, which draws nothing, acknowledges all at once.
 */
export class Acks {
  /** @param {(message: {type: "ack", message: number}) => void} send */
  constructor(send) {
    this.send = send;
    this.received = 0;
    this.acknowledged = 0;
    /** Whether a snapshot waits to be drawn: its message, and all since, are acknowledged then. */
    this.waiting = false;
  }

  /** A connection is open. */
  begin() {
    this.received = 0;
    this.acknowledged = 0;
    this.waiting = false;
  }

  /** @param {boolean} toBeDrawn whether a message has brought a snapshot that is going to be drawn */
  arrived(toBeDrawn) {
    this.received += 1;
    this.waiting ||= toBeDrawn;
    if (!this.waiting) this.settle();
  }

  /** All that has arrived is dealt with. */
  settle() {
    this.waiting = false;
    if (this.received === this.acknowledged) return;
    this.acknowledged = this.received;
    this.send({ type: "ack", message: this.received });
  }
}
