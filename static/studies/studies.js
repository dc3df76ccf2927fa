import { READABLE_MS } from "../base/loop.js";
import { fileOf } from "../base/root.js";
import { BatchLensView } from "./lens/card.js";
import { LossLineView } from "./line/card.js";
import { OneWeightView } from "./weight/card.js";
import { PhasesView } from "./phases/card.js";

/**
 * The studies: cards that are closed until somebody opens one. Imported then, or when a pointer or the focus comes near, and
 * not for those who never look; they begin with what is in the store.
 *
 * @typedef {import("../page/page.js").Page} Page
 */


export class Studies {
  /** @param {Page} page */
  constructor(page) {
    const { store, selection, translator, session, loop, playhead, view, refusals } = page;
    this.lossLine = new LossLineView(store, selection, translator, (line) => session.interest.want({ line }));
    this.batchLens = new BatchLensView(store, selection, translator, (lens) => session.interest.want({ lens }));
    this.phases = new PhasesView(store, selection, translator, {
      onTrace: (trace) => session.interest.want({ trace }),
      onCommand: session.send,
      onShow: () => view.show({ name: "step" }),
    });
    this.oneWeight = new OneWeightView(store, selection, translator, playhead, {
      onWeight: (weight) => session.interest.want({ weight }),
      onCommand: session.send,
      onPlace: (layer, filter) => view.reveal(layer, filter),
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
    const aged = loop.task(
      () => {
        for (const { card } of this.all) card.age();
      },
      { interval: READABLE_MS },
    );
    store.on("snapshot", () => {
      aged.invalidate();
      // At rest the step's number may come last, and it tells which phase that is.
      if (store.experiment?.status !== "running") phase.invalidate();
    });
    store.on("line", () => line.invalidate());
    store.on("lens", () => lens.invalidate());
    store.on("weight", () => weight.invalidate());
    store.on("life", () => weight.invalidate());
    playhead.onChange(() => weight.invalidate());
    store.on("trace", () => phase.invalidate());
    store.on("run", () => studied.invalidate());
    store.on("experiment", () => studied.invalidate());
    selection.onChange(() => studied.invalidate());
    studied.invalidate();
    refusals.on("view", (message) => this.oneWeight.refused(message));
    refusals.on("set_weight", (message) => this.oneWeight.edit.refused(message));
    page.offer(() => {
      this.oneWeight.update(page.settable);
      this.phases.update(page.settable);
    });
    page.themed.add(() => {
      for (const study of this.all) study.retheme();
    });
  }
}

/**
 * With what only they need of styles.
 * @param {Page} page
 */
export async function openStudies(page) {
  await styled();
  return new Studies(page);
}

async function styled() {
  if (document.querySelector('link[href$="/styles/studies.css"]')) return;
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = fileOf("styles/studies.css");
  const loaded = new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
  document.head.append(sheet);
  await loaded;
}
