import { BatchLensView } from "./views/batch-lens.js";
import { LossLineView } from "./views/loss-line.js";
import { OneWeightView } from "./views/one-weight.js";
import { PhasesView } from "./views/phases.js";

/**
 * The studies: cards that are closed until somebody opens one. Imported then, or when a pointer or the focus comes near, and
 * not for those who never look; they begin with what is in the store.
 *
 * @typedef {import("./later.js").Parts} Parts
 */

export class Studies {
  /**
   * @param {Parts} parts
   * @param {() => void} onPhase  a phase is to be seen in the kernels
   */
  constructor({ store, selection, translator, session, loop }, onPhase) {
    this.lossLine = new LossLineView(store, selection, translator, (line) => session.interest.want({ line }));
    this.batchLens = new BatchLensView(store, selection, translator, (lens) => session.interest.want({ lens }));
    this.phases = new PhasesView(store, selection, translator, {
      onTrace: (trace) => session.interest.want({ trace }),
      onCommand: session.send,
      onShow: onPhase,
    });
    this.oneWeight = new OneWeightView(store, selection, translator, {
      onWeight: (weight) => session.interest.want({ weight }),
      onCommand: session.send,
    });
    this.all = [this.lossLine, this.batchLens, this.oneWeight, this.phases];
    // Drawn when what they show has come, and not with the frames.
    const line = loop.task(() => this.lossLine.draw());
    const lens = loop.task(() => this.batchLens.draw());
    const phase = loop.task(() => this.phases.draw());
    const weight = loop.task(() => this.oneWeight.draw());
    // Which lanes there are, and which is selected.
    const studied = loop.task(() => {
      for (const { card } of this.all) card.update();
    });
    store.on("line", () => line.invalidate());
    store.on("lens", () => lens.invalidate());
    store.on("weight", () => weight.invalidate());
    store.on("life", () => weight.invalidate());
    store.on("trace", () => phase.invalidate());
    store.on("run", () => studied.invalidate());
    store.on("experiment", () => studied.invalidate());
    selection.onChange(() => studied.invalidate());
    studied.invalidate();
  }

  /** @param {boolean} settable */
  offer(settable) {
    this.oneWeight.update(settable);
    this.phases.update(settable);
  }

  retheme() {
    for (const study of this.all) study.retheme();
  }
}
