import { laneEvent } from "../state/verdict.js";
import { stoppedText } from "./stop-words.js";

/**
 * Announcements for a screen reader of what a sighted person sees happen: start, pause and why, a lane that diverges or collapses, a
 * lost connection. The state in which the page opened is not news.
 *
 * @typedef {import("../stream/connection.js").ConnectionState} ConnectionState
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../page/notices.js").Notices} Notices
 */

export class Announcer {
  /**
   * @param {Translator} translator
   * @param {Notices} notices
   */
  constructor(translator, notices) {
    this.translator = translator;
    this.notices = notices;
    /** @type {Experiment | null} */
    this.last = null;
    /** @type {ConnectionState | null} */
    this.state = null;
  }

  /**
   * @param {Experiment} experiment
   * @param {number} step
   */
  experiment(experiment, step) {
    const { last } = this;
    this.last = experiment;
    if (!last) return;
    /** All news at once, because each announcement replaces the previous one. */
    const news = [];
    const stopped = stoppedText(experiment, this.translator);
    if (stopped && stopped !== stoppedText(last, this.translator)) {
      news.push(stopped);
    } else if (experiment.run !== last.run && makeup(experiment) === makeup(last)) {
      const { seed } = experiment.config;
      const restored = ["undo", "redo"].includes(experiment.undo?.of ?? "") && last.undo !== null;
      const anew = restored ? "announce.restored" : seed === last.config.seed ? "announce.reset" : "announce.new_seed";
      news.push(this.translator.text(anew, { seed: String(seed), step: this.translator.format.count(last.undo?.step ?? 0) }));
    } else if (experiment.status !== last.status) {
      const values = { step: this.translator.format.count(step) };
      news.push(this.translator.text(`announce.${experiment.status}`, values));
    }
    const before = new Map(last.lanes.map(({ id, status }) => [id, status]));
    for (const { id } of experiment.lanes) {
      if (!before.has(id)) news.push(this.translator.text("announce.lane.added", { lane: id }));
    }
    for (const { id } of last.lanes) {
      if (!experiment.lanes.some((lane) => lane.id === id)) news.push(this.translator.text("announce.lane.removed", { lane: id }));
    }
    for (const lane of experiment.lanes) {
      if (lane.status === before.get(lane.id)) continue;
      const event = laneEvent(lane, this.translator);
      if (event) news.push(this.translator.text("announce.lane.event", { lane: lane.id, event }));
    }
    if (news.length > 0) this.notices.announce(this.translator.join("remarks", news));
  }

  /** @param {ConnectionState} state */
  connection(state) {
    const isNew = state !== this.state;
    this.state = state;
    if (isNew && (state === "reconnecting" || state === "closed")) this.notices.announce(this.translator.text(`state.${state}`));
  }
}

/**
 * The lanes' ids and optimizers: a change of lanes also begins a new run, but not at step 0.
 * @param {Experiment} experiment
 */
const makeup = ({ config }) => JSON.stringify(config.lanes.map(({ id, optimizer }) => [id, optimizer]));

/** @param {import("../page/page.js").Page} page */
export function joinAnnouncer({ store, translator, notices, connection }) {
  const announcer = new Announcer(translator, notices);
  store.on("experiment", () => {
    if (store.experiment) announcer.experiment(store.experiment, store.snapshot?.step ?? 0);
  });
  connection.add((state) => announcer.connection(state));
}
