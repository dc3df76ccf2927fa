import { find } from "./base/dom.js";
import { Part } from "./base/part.js";

/**
 * The parts of the page that come by themselves: the charts at once, the others when somebody comes near or asks for them.
 *
 * @typedef {import("./state/lanes.js").WantedLane} WantedLane
 *
 * @typedef {object} Common
 * @property {import("./state/store.js").Store} store
 * @property {import("./state/selection.js").Selection} selection
 * @property {import("./base/i18n.js").Translator} translator
 * @property {import("./state/session.js").Session} session
 * @property {import("./base/loop.js").Loop} loop
 * @property {import("./state/playhead.js").Playhead} playhead
 * @property {import("./board/board.js").Board} board
 * @property {import("./controls/address-bar.js").AddressBar} addressBar
 *
 * @typedef {object} Handlers
 * @property {string} id  of the experiment
 * @property {() => void} onCome  one is here, and is to know what may be set
 * @property {(lanes: WantedLane[]) => void} onAnew  other lanes, all from step 0 on
 * @property {(lane: string) => void} onHide
 * @property {() => void} onPhase  a phase is to be seen in the kernels
 * @property {(layer: string, filter: number) => void} onPlace  a filter is to be seen
 */

export class Parts {
  /**
   * @param {Common} common
   * @param {Handlers} handlers
   */
  constructor(common, handlers) {
    const { onCome } = handlers;
    this.charts = new Part(async () => new (await import("./charts/charts.js")).Charts(common), onCome);
    this.later = new Part(async () => new (await import("./later.js")).Later(common, handlers), onCome);
    this.studies = new Part(async () => (await import("./studies/studies.js")).openStudies(common, handlers), onCome);
    this.timeline = new Part(async () => new (await import("./timeline/timeline.js")).Timeline(common), onCome);
    this.reading = new Part(async () => (await import("./reading/reading.js")).bindReading(common), onCome);
  }

  /** Has each come when it is wanted: those that nobody presses a button for. */
  bind() {
    for (const card of document.querySelectorAll("details.study")) {
      for (const sign of ["toggle", "pointerenter", "focusin"]) card.addEventListener(sign, () => this.studies.want(), { once: true });
    }
    new IntersectionObserver((seen, observer) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      void this.timeline.want();
    }).observe(find(document, "#timeline", HTMLElement));
    if (document.querySelector("#reading")) void this.reading.want();
  }
}
