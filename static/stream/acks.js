/**
 * Flow control by credit: the server is told how many binary messages of this connection have been processed, and keeps at most two
 * in flight. A message is processed once its snapshot, or a newer one, has been drawn; at once if it has none. So a page that draws
 * slowly gets fewer, and a hidden one, which draws nothing, acknowledges at once.
 */
export class Acks {
  /** @param {(message: {type: "ack", message: number}) => void} send */
  constructor(send) {
    this.send = send;
    this.received = 0;
    this.acknowledged = 0;
    /** Whether a snapshot waits to be drawn: its message and all later ones are acknowledged after that. */
    this.waiting = false;
  }

  /** Start counting for a new connection. */
  begin() {
    this.received = 0;
    this.acknowledged = 0;
    this.waiting = false;
  }

  /** @param {boolean} toBeDrawn whether the message has a snapshot that will be drawn */
  arrived(toBeDrawn) {
    this.received += 1;
    this.waiting ||= toBeDrawn;
    if (!this.waiting) this.settle();
  }

  /** Acknowledge everything that has arrived. */
  settle() {
    this.waiting = false;
    if (this.received === this.acknowledged) return;
    this.acknowledged = this.received;
    this.send({ type: "ack", message: this.received });
  }
}
