import { Acks } from "../stream/acks.js";
import { ServerClock } from "../stream/clock.js";
import { Connection } from "../stream/connection.js";
import { Interest } from "../stream/interest.js";
import { RateMeter } from "../stream/meter.js";
import { decodeMessage } from "../stream/protocol.js";
import { fromRoot } from "../base/root.js";
import { kernelOf } from "./selection.js";
import { GapError } from "../stream/series.js";

/**
 * The conversation with the server about one experiment. Whatever arrives goes into the store and is acknowledged. The server is told
 * what is wanted: what the page doesn't hold yet, the exact numbers of one kernel, what else the views need, and no pictures while
 * the page is hidden.
 *
 * @typedef {import("../stream/connection.js").ConnectionState} ConnectionState
 * @typedef {import("./selection.js").Selection} Selection
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("../base/types.js").Audience} Audience
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("./store.js").Found} Found
 * @typedef {import("../base/types.js").Pong} Pong
 * @typedef {import("../base/types.js").ServerError} ServerError
 *
 * @typedef {object} Handlers
 * @property {(state: ConnectionState, code: number) => void} onState with the close code if the server has closed it
 * @property {(message: Record<string, unknown>) => void} onSend before a message is sent
 * @property {(error: ServerError) => void} onError a message was refused
 * @property {(message: string) => void} onMisread the server sent something unreadable; the connection is closed
 * @property {(experiment: Experiment) => Experiment} inWords the description in the page's language
 * @property {() => void} onOtherRun the reopened connection is to another run
 */

export class Session {
  /**
   * @param {{id: string, watch: boolean}} experiment
   * @param {Store} store
   * @param {Selection} selection
   * @param {Handlers} handlers
   */
  constructor({ id, watch }, store, selection, handlers) {
    const address = fromRoot(`ws/experiments/${id}`).replace(/^http/, "ws");
    this.store = store;
    this.selection = selection;
    this.handlers = handlers;
    const url = () => {
      const query = new URLSearchParams(Object.entries(store.held).map(([name, count]) => [name, String(count)]));
      if (watch) query.set("watch", "true");
      return query.size > 0 ? `${address}?${query}` : address;
    };
    this.connection = new Connection(url, {
      onOpen: () => this.#opened(),
      onText: (text) => this.#receiveText(text),
      onBinary: (buffer) => this.#receiveBinary(buffer),
      onState: (state, code) => {
        if (state !== "open") this.clock.end();
        handlers.onState(state, code);
      },
    });
    this.acks = new Acks(this.send);
    this.clock = new ServerClock(this.send);
    this.interest = new Interest(this.send, (subjects) => store.keep(subjects));
    /** Bytes per second. */
    this.received = new RateMeter();
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  get state() {
    return this.connection.state;
  }

  open() {
    this.connection.open();
  }

  /** @param {Record<string, unknown>} message */
  send = (message) => {
    this.handlers.onSend(message);
    this.connection.send(message);
  };

  /**
   * Ask for other lanes, all starting at step 0, where there is nothing to catch up with.
   * @param {import("./lanes.js").WantedLane[]} lanes
   */
  trainAnew(lanes) {
    this.send({ type: "reset" });
    this.send({ type: "set_lanes", lanes });
  }

  /** Acknowledge the newest snapshot, once it has been drawn or won't be. */
  drawn() {
    this.acks.settle();
  }

  /** Ask for the exact numbers of the newly selected kernel. */
  selected() {
    const { current } = this.selection;
    if (current) this.interest.look(kernelOf(current));
  }

  #opened() {
    this.store.beginSession();
    this.acks.begin();
    this.interest.begin();
    this.received.clear();
    if (document.hidden) this.#seen();
    this.selected();
    this.clock.begin();
  }

  /** Tell the server whether the page is visible. */
  #seen() {
    this.send({ type: "show", snapshots: !document.hidden });
    if (document.hidden) this.acks.settle();
  }

  /** @param {string} text */
  #receiveText(text) {
    this.received.record(performance.now(), text.length);
    /** @type {Experiment | Audience | Found | Pong | ServerError | {type: "unknown"}} */
    const message = JSON.parse(text);
    if (message.type === "experiment") this.#describe(message);
    else if (message.type === "audience") this.store.applyAudience(message);
    else if (message.type === "pong") this.clock.answered(message);
    else if (message.type === "error") this.handlers.onError(message);
    else if (message.type === "found") this.store.applyFound(message);
  }

  /** @param {Experiment} experiment */
  #describe(experiment) {
    const { firstOfSession, series } = this.store;
    this.store.applyExperiment(this.handlers.inWords(experiment));
    if (firstOfSession && series.run !== 0 && series.run !== experiment.run) this.handlers.onOtherRun();
  }

  /** @param {ArrayBuffer} buffer */
  #receiveBinary(buffer) {
    this.received.record(performance.now(), buffer.byteLength);
    try {
      const message = decodeMessage(buffer);
      this.store.applyMessage(message);
      this.acks.arrived(message.snapshot !== null && message.snapshot === this.store.snapshot && !document.hidden);
      if (this.store.series.rows > MOST_ROWS) {
        this.store.forgetSeries();
        this.connection.resynchronise();
      }
    } catch (error) {
      if (error instanceof GapError) {
        this.connection.resynchronise();
        return;
      }
      this.connection.close();
      this.handlers.onMisread(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The most rows of scalars to hold: 25 minutes at 200 steps/s. A page that has more reloads them, thinned. */
const MOST_ROWS = 300_000;
