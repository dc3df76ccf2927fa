import { find, isOffered, part, write } from "../base/dom.js";
import { READABLE_MS } from "../base/loop.js";
import { outlinePatch, showImage } from "../draw/test-image.js";
import { INPUT_GRADIENT } from "../state/input-gradient.js";
import { STREAMED } from "../state/quantities.js";
import { Answers } from "./answers.js";
import { described } from "./words.js";

/**
 * The tab "What it sees": the page's image, and below it the response of every filter of every conv layer, down to the probability
 * of each class; in all lanes side by side, or in one. Nothing of it is requested or drawn while another tab is shown.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

/** Listening takes longer than looking. */
const SUMMARY_INTERVAL_MS = 3000;

export class Sees {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { store, loop, image, tabs, shownLanes } = page;
    this.root = find(document, "#sees", HTMLElement);
    this.choice = find(this.root, "select", HTMLSelectElement);
    this.mapChoice = find(this.root, "select[data-part=maps]", HTMLSelectElement);
    this.grid = part(this.root, "grid");
    this.summary = part(this.root, "summary");
    this.picture = find(this.root, "canvas", HTMLCanvasElement);
    /** @type {Answers | null} */
    this.answers = null;
    this.structure = "";
    /** The lane that is shown alone; empty: all of them. */
    this.lane = "";
    /** Of which image the numbers are. @type {number | null} */
    this.written = null;
    this.paint = loop.task(() => this.#paint());
    this.numbers = loop.task(() => this.#write(), { interval: READABLE_MS });
    this.summarize = loop.task(() => write(this.summary, described(page, this.lanes, this.maps)), { interval: SUMMARY_INTERVAL_MS });
    this.choice.addEventListener("change", () => this.showLane(this.choice.value));
    this.mapChoice.addEventListener("change", () => this.#attend());
    for (const button of this.root.querySelectorAll(".sees-turns button[value]")) {
      button.addEventListener("click", () => image.turn(Number(button.getAttribute("value"))));
    }
    for (const topic of ["snapshot", "shown"]) store.on(topic, () => this.#renew());
    store.on("experiment", () => this.#attend());
    tabs.onChange(() => this.#attend());
    shownLanes.onChange(() => this.#attend());
    image.onArrival(() => this.#attend());
    image.onChange(() => outlinePatch(part(this.root, "patch"), image));
    page.view.turning.add(() => this.#fit());
    for (const changed of [page.selection, page.pointedMap]) changed.onChange(() => this.paint.invalidate());
    page.themed.add(() => this.#attend());
    page.view.onChange(() => this.#attend());
    page.fitted.add(() => this.#fit());
    page.printed.add(() => {
      for (const task of [this.paint, this.numbers]) task.run(performance.now());
    });
    new ResizeObserver(() => page.fit.invalidate()).observe(this.grid);
    this.#attend();
  }

  /** Whether it can be seen. */
  get isShown() {
    return this.page.tabs.current === "sees" && isOffered(this.root);
  }

  /** The indices of the lanes that are shown. */
  get lanes() {
    const lanes = this.page.store.experiment?.lanes ?? [];
    const { hidden } = this.page.shownLanes;
    const isAlone = lanes.some(({ id }) => id === this.lane);
    return lanes.flatMap(({ id }, index) => ((isAlone ? id === this.lane : !hidden.has(id)) ? [index] : []));
  }

  /** What is shown of each filter. */
  get maps() {
    return /** @type {import("../state/quantities.js").MapName} */ (this.mapChoice.value);
  }

  /** What is requested for that. */
  get quantities() {
    const { maps } = this;
    return [STREAMED[maps], ...(maps === "sensitivity" && this.page.can(INPUT_GRADIENT) ? [INPUT_GRADIENT] : [])];
  }

  /** @param {string} lane shown alone; empty: all side by side */
  showLane(lane) {
    this.lane = lane;
    this.#attend();
    this.page.settings.applied.tell();
  }

  /** Request what is shown, and adapt to other lanes, layers, another image or theme. */
  #attend() {
    const { session, store, translator, image } = this.page;
    const { experiment } = store;
    const { maps } = this;
    session.interest.want("sees", { quantities: this.isShown ? this.quantities : [] });
    if (!this.isShown || !experiment) return;
    const structure = JSON.stringify([
      experiment.lanes.map(({ id }) => id),
      this.lanes,
      experiment.layers,
      this.lane,
      maps,
      image.isUnlabelled,
    ]);
    if (structure !== this.structure) {
      this.structure = structure;
      const all = new Option(translator.text("sees.lanes.all"), "");
      this.choice.replaceChildren(all, ...experiment.lanes.map(({ id }) => new Option(translator.text("lane.label", { lane: id }), id)));
      this.choice.value = experiment.lanes.some(({ id }) => id === this.lane) ? this.lane : "";
      this.answers = new Answers(this.page, experiment, this.lanes, maps);
      this.grid.title = translator.text(`sees.title.${maps}`);
      this.grid.style.setProperty("--lanes", String(this.lanes.length));
      this.grid.replaceChildren(...this.answers.elements);
      this.page.fit.invalidate();
    }
    this.answers?.recolour();
    this.#showImage();
    this.paint.invalidate();
    for (const task of [this.numbers, this.summarize]) task.hurry();
  }

  #showImage() {
    const { image, store, translator } = this.page;
    const { known } = image;
    if (!known) return;
    this.picture.setAttribute("aria-label", showImage(this.root, this.picture, known, store, translator));
    outlinePatch(part(this.root, "patch"), image);
  }

  #fit() {
    if (!this.isShown) return;
    this.answers?.fit();
    this.paint.invalidate();
  }

  #renew() {
    if (!this.isShown) return;
    for (const task of [this.paint, this.numbers, this.summarize]) task.invalidate();
    const { experiment, shown } = this.page.store;
    // At rest the last numbers come with the last snapshot, and another image's, as of each stroke of a drawing, with its first.
    if (experiment?.status !== "running" || shown?.image !== this.written) this.numbers.hurry();
  }

  #paint() {
    const { shown, experiment } = this.page.store;
    if (this.isShown && shown && shown.run === experiment?.run) this.answers?.paint(shown);
  }

  #write() {
    const { shown, experiment } = this.page.store;
    if (!this.isShown || !shown || shown.run !== experiment?.run) return;
    const { text, format } = this.page.translator;
    write(part(this.root, "where"), text.call(this.page.translator, "sees.where", { step: format.count(shown.step) }));
    this.written = shown.image;
    this.answers?.update(shown);
  }
}
