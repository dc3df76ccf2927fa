import { LaneEditor } from "./lanes/editor.js";
import { NetworkEditor } from "./network/editor.js";
import { RangeTestView } from "./studies/range/dialog.js";
import { ShareDialog } from "./controls/share.js";
import { StopDialog } from "./controls/stop-dialog.js";

/**
 * The dialogs that nobody sees at first: lane editor, network, range test, share, when to stop. main.js imports them when one is
 * wanted, or about to be; by then messages may have come, so they begin with what is in the store.
 *
 * @typedef {import("./state/lanes.js").WantedLane} WantedLane
 *
 * @typedef {import("./page/page.js").Page} Parts
 *
 * @typedef {object} LaterHandlers
 * @property {string} id  of the experiment
 * @property {(lanes: WantedLane[]) => void} onAnew  other lanes, all from step 0 on
 * @property {(lane: string) => void} onHide
 */

export class Later {
  /**
   * @param {Parts & {addressBar: import("./controls/address-bar.js").AddressBar}} parts
   * @param {LaterHandlers} handlers
   */
  constructor({ store, translator, session, loop, addressBar }, { id, onAnew, onHide }) {
    this.store = store;
    this.network = new NetworkEditor(store, translator, () => addressBar.view);
    this.share = new ShareDialog(id, store, translator, () => addressBar.view);
    this.editor = new LaneEditor(translator, { onLanes: (lanes) => session.send({ type: "set_lanes", lanes }), onHide });
    this.rangeTest = new RangeTestView(translator, { onCommand: session.send, onLanes: onAnew });
    this.stops = new StopDialog(translator, session.send, () => store.series.lastStep);
    const range = loop.task(() => this.rangeTest.show(store.findings.range));
    store.on("range", () => range.invalidate());
    store.on("experiment", () => this.#edited());
    this.#edited();
    range.invalidate();
  }

  /** @param {boolean} settable */
  offer(settable) {
    this.rangeTest.update(this.store.experiment, settable);
    this.network.update(this.store.audience?.may_open === true);
  }

  retheme() {
    this.rangeTest.retheme();
  }

  #edited() {
    const { experiment } = this.store;
    if (!experiment) return;
    this.editor.update(experiment.config.lanes);
    this.stops.update(experiment.config.stop);
  }
}
