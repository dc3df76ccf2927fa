import { laneEvent } from "./lane-head.js";

/**
 * Tells a screen reader what a sighted person sees happen: start and pause, a lane that diverges or collapses, a lost
 * connection. What was already so when the page opened is not news.
 *
 * @typedef {import("../connection.js").ConnectionState} ConnectionState
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").Experiment} Experiment
 * @typedef {import("./notices.js").Notices} Notices
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
  }

  /**
   * @param {Experiment} experiment
   * @param {number} step
   */
  experiment(experiment, step) {
    const { last } = this;
    this.last = experiment;
    if (!last) return;
    if (experiment.status !== last.status) {
      const values = { step: this.translator.format.count(step) };
      this.notices.announce(this.translator.text(`announce.${experiment.status}`, values));
    }
    for (const [index, lane] of experiment.lanes.entries()) {
      if (lane.status === last.lanes[index]?.status) continue;
      const event = laneEvent(lane, this.translator);
      if (event) this.notices.announce(`${this.translator.text("lane.label", { lane: lane.id })}: ${event}`);
    }
  }

  /** @param {ConnectionState} state */
  connection(state) {
    if (state === "reconnecting" || state === "closed") this.notices.announce(this.translator.text(`state.${state}`));
  }
}
