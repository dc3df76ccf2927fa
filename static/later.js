import { LaneEditor } from "./views/lane-editor.js";
import { RangeTestView } from "./views/range-test.js";

/**
 * The dialogs that nobody sees at first: the lane editor and the range test. main.js imports them once the first kernels are
 * painted, or when one is wanted; by then messages may have come, so they begin with what is in the store.
 *
 * @typedef {import("./lanes.js").WantedLane} WantedLane
 *
 * @typedef {object} Parts
 * @property {import("./store.js").Store} store
 * @property {import("./selection.js").Selection} selection
 * @property {import("./i18n.js").Translator} translator
 * @property {import("./session.js").Session} session
 * @property {import("./loop.js").Loop} loop
 *
 * @typedef {object} LaterHandlers
 * @property {(lanes: WantedLane[]) => void} onAnew  other lanes, all from step 0 on
 * @property {(lane: string) => void} onHide
 */

export class Later {
  /**
   * @param {Parts} parts
   * @param {LaterHandlers} handlers
   */
  constructor({ store, translator, session, loop }, { onAnew, onHide }) {
    this.store = store;
    this.editor = new LaneEditor(translator, { onLanes: (lanes) => session.send({ type: "set_lanes", lanes }), onHide });
    this.rangeTest = new RangeTestView(translator, { onCommand: session.send, onLanes: onAnew });
    const range = loop.task(() => this.rangeTest.show(store.findings.range));
    store.on("range", () => range.invalidate());
    store.on("experiment", () => this.#edited());
    this.#edited();
    range.invalidate();
  }

  /** @param {boolean} settable */
  offer(settable) {
    this.rangeTest.update(this.store.experiment, settable);
  }

  retheme() {
    this.rangeTest.retheme();
  }

  #edited() {
    if (this.store.experiment) this.editor.update(this.store.experiment.config.lanes);
  }
}
