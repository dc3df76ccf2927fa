/**
 * The WebSocket to one experiment, reopened when it breaks, unless the server has said that there is no point in it.
 *
 * @typedef {"connecting" | "open" | "reconnecting" | "closed"} ConnectionState
 *
 * @typedef {object} Handlers
 * @property {() => void} onOpen before the first message of each connection
 * @property {(text: string) => void} onText
 * @property {(buffer: ArrayBuffer) => void} onBinary
 * @property {(state: ConnectionState, code: number) => void} onState of another state, or another close code; 0: there is none
 */

/** Close codes of docs/protocol.md after which the server would only refuse again. */
const FINAL_CODES = new Set([1003, 1009, 4400, 4403, 4404, 4410]);
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8000;
const STABLE_MS = 5000;

/**
 * Milliseconds to wait before the next attempt: longer each time, and a random part of that between half and all, so that not all
 * viewers reconnect at the same moment.
 * @param {number} attempt 0, 1, 2…
 * @param {() => number} [random] in [0, 1)
 */
export function backoff(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}

export class Connection {
  /**
   * @param {() => string} url called for each connection, as it tells what the page holds
   * @param {Handlers} handlers
   */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    /** @type {ConnectionState} */
    this.state = "connecting";
    this.code = 0;
    this.attempt = 0;
    this.openedAt = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
  }

  open() {
    const socket = new WebSocket(this.url());
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.openedAt = performance.now();
      this.handlers.onOpen();
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket) return;
      // The server accepts first and refuses afterwards, so only a message shows that the connection is open.
      this.#become("open");
      if (typeof data === "string") this.handlers.onText(data);
      else this.handlers.onBinary(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.socket) this.#lost(code);
    });
  }

  /** @param {Record<string, unknown>} message */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Drop this connection and open another, on which the server sends what is missing. */
  resynchronise() {
    this.#drop();
    this.#lost(0);
  }

  /** Close for good. */
  close() {
    this.#drop();
    this.#become("closed");
  }

  #drop() {
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** @param {number} code */
  #lost(code) {
    if (FINAL_CODES.has(code)) {
      this.#become("closed", code);
      return;
    }
    // A connection that broke at once counts as a failed attempt, so as not to try a server in trouble four times a second.
    if (this.openedAt !== 0 && performance.now() - this.openedAt > STABLE_MS) this.attempt = 0;
    this.openedAt = 0;
    this.#become("reconnecting", code);
    setTimeout(() => this.open(), backoff(this.attempt));
    this.attempt += 1;
  }

  /**
   * @param {ConnectionState} state
   * @param {number} [code]
   */
  #become(state, code = 0) {
    if (state === this.state && code === this.code) return;
    this.state = state;
    this.code = code;
    this.handlers.onState(state, code);
  }
}
