import { BatchLensView } from "./views/batch-lens.js";
import { LaneEditor } from "./views/lane-editor.js";
import { LossLineView } from "./views/loss-line.js";
import { OneWeightView } from "./views/one-weight.js";
import { PhasesView } from "./views/phases.js";
import { RangeTestView } from "./views/range-test.js";

/**
 * What nobody sees at first: the lane editor, the range test and the studies. main.js imports it once the first kernels are
 * painted, or when it is wanted; by then messages may have come, so it begins with what is in the store.
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
 * @property {() => void} onPhase  a phase is to be seen in the kernels
 */

export class Later {
  /**
   * @param {Parts} parts
   * @param {LaterHandlers} handlers
   */
  constructor({ store, selection, translator, session, loop }, { onAnew, onHide, onPhase }) {
    this.store = store;
    this.editor = new LaneEditor(translator, { onLanes: (lanes) => session.send({ type: "set_lanes", lanes }), onHide });
    this.lossLine = new LossLineView(store, selection, translator, (line) => session.interest.want({ line }));
    this.batchLens = new BatchLensView(store, selection, translator, (lens) => session.interest.want({ lens }));
    this.rangeTest = new RangeTestView(translator, { onCommand: session.send, onLanes: onAnew });
    this.phases = new PhasesView(store, selection, translator, {
      onTrace: (trace) => session.interest.want({ trace }),
      onCommand: session.send,
      onShow: onPhase,
    });
    this.oneWeight = new OneWeightView(store, selection, translator, {
      onWeight: (weight) => session.interest.want({ weight }),
      onCommand: session.send,
    });
    this.studies = [this.lossLine, this.batchLens, this.oneWeight, this.phases];
    // Drawn when what they show has come, and not with the frames.
    const line = loop.task(() => this.lossLine.draw());
    const lens = loop.task(() => this.batchLens.draw());
    const phase = loop.task(() => this.phases.draw());
    const weight = loop.task(() => this.oneWeight.draw());
    const range = loop.task(() => this.rangeTest.show(store.findings.range));
    // Which lanes there are, and which is selected.
    const studied = loop.task(() => {
      for (const { card } of this.studies) card.update();
    });
    store.on("line", () => line.invalidate());
    store.on("lens", () => lens.invalidate());
    store.on("weight", () => weight.invalidate());
    store.on("life", () => weight.invalidate());
    store.on("trace", () => phase.invalidate());
    store.on("range", () => range.invalidate());
    store.on("run", () => studied.invalidate());
    store.on("experiment", () => {
      this.#edited();
      studied.invalidate();
    });
    selection.onChange(() => studied.invalidate());
    this.#edited();
    range.invalidate();
    studied.invalidate();
  }

  /** @param {boolean} settable */
  offer(settable) {
    this.rangeTest.update(this.store.experiment, settable);
    this.oneWeight.update(settable);
    this.phases.update(settable);
  }

  retheme() {
    for (const study of [...this.studies, this.rangeTest]) study.retheme();
  }

  #edited() {
    if (this.store.experiment) this.editor.update(this.store.experiment.config.lanes);
  }
}
