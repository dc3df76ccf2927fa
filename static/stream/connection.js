/**
 * The WebSocket to one experiment: it opens it, opens it again when it breaks, and stops where the server has said that
 * trying again is of no use.
 *
 * @typedef {"connecting" | "open" | "reconnecting" | "closed"} ConnectionState
 *
 * @typedef {object} Handlers
 * @property {() => void} onOpen before the first message of each connection
 * @property {(text: string) => void} onText
 * @property {(buffer: ArrayBuffer) => void} onBinary
 * @property {(state: ConnectionState, code: number) => void} onState with the close code where the state is "closed"
 */

/** Close codes of docs/protocol.md after which the server would only refuse again. */
const FINAL_CODES = new Set([1003, 1009, 4400, 4403, 4404, 4410]);
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8000;
const STABLE_MS = 5000;

/**
 * Longer each time, and of that a random part between the half and the whole: when a server comes back, its viewers do
 * not all knock in the same moment.
 * @param {number} attempt 0, 1, 2…
 * @param {() => number} [random] in [0, 1)
 */
export function backoff(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}

export class Connection {
  /**
   * @param {() => string} url asked anew for each connection: it says what the page holds
   * @param {Handlers} handlers
   */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    /** @type {ConnectionState} */
    this.state = "connecting";
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
      // The server accepts first and refuses then, so only a message shows that the connection stands.
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

  /** Drops this connection and opens another: the server then sends what is missing. */
  resynchronise() {
    this.#drop();
    this.#lost(0);
  }

  /** Ends for good. */
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
    // A connection that broke at once counts as a failed attempt: else a server in trouble is asked four times a second.
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
    if (state === this.state) return;
    this.state = state;
    this.handlers.onState(state, code);
  }
}
