import { find, hide, part, write } from "../../base/dom.js";
import { rateText, significant } from "../../base/format.js";
import { READABLE_MS } from "../../base/loop.js";
import { atRates } from "../../state/lanes.js";
import { optimizerName } from "../../state/description.js";
import { RatePicture } from "./picture.js";
import { comparison, standingOf } from "./points.js";
import { suggestedRates, testedFirst } from "./reading.js";

/**
 * Which rate? How far each lane has come at its learning rate; and the range test, whose curve joins the same picture: it starts one,
 * draws it as it grows, and makes lanes from the result.
 *
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("../../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("./reading.js").RangeTest} RangeTest
 * @typedef {import("./points.js").Standing} Standing
 */

const DIGITS = 2;

export class RangePanel {
  /** @param {import("../../page/page.js").Page} page */
  constructor(page) {
    const { store, translator, session, loop, tabs, shownLanes } = page;
    this.tabs = tabs;
    this.store = store;
    this.shownLanes = shownLanes;
    this.translator = translator;
    this.root = find(document, "#range-test", HTMLElement);
    this.select = find(this.root, "select[data-part=optimizer]", HTMLSelectElement);
    this.measure = find(this.root, "select[data-part=measure]", HTMLSelectElement);
    this.startButton = find(this.root, '[value="start"]', HTMLButtonElement);
    this.stopButton = find(this.root, '[value="stop"]', HTMLButtonElement);
    this.useButton = find(this.root, '[value="use"]', HTMLButtonElement);
    this.progress = find(this.root, "progress", HTMLProgressElement);
    this.ahead = part(this.root, "ahead");
    this.standings = part(this.root, "standings");
    this.key = part(this.root, "key");
    this.sentence = part(this.root, "sentence");
    this.note = part(this.root, "note");
    this.warning = part(this.root, "warning");
    this.picture = new RatePicture(part(this.root, "plot"), translator);
    /** @type {RangeTest | null} */
    this.test = null;
    /** @type {LaneConfig[]} */
    this.lanes = [];
    this.settable = false;
    this.structure = "";
    this.startButton.addEventListener("click", () => session.send({ type: "range_test", lane: this.select.value }));
    this.stopButton.addEventListener("click", () => session.send({ type: "cancel_range_test" }));
    this.useButton.addEventListener("click", () => {
      const lanes = this.#suggested();
      if (lanes) session.trainAnew(lanes);
    });
    const show = loop.task(() => this.show(store.finding("range")));
    store.on("range", () => show.invalidate());
    // The lanes and their rates.
    store.on("experiment", () => show.invalidate());
    for (const changed of [tabs, shownLanes]) changed.onChange(() => show.invalidate());
    const draw = loop.task(() => this.#draw(), { interval: READABLE_MS });
    store.on("scalars", () => draw.invalidate());
    for (const topic of ["run", "shown"]) store.on(topic, () => draw.hurry());
    this.measure.addEventListener("change", () => draw.hurry());
    show.invalidate();
    page.offer(() => this.update(store.experiment, page.settable));
    page.themed.add(() => this.picture.retheme());
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   */
  update(experiment, settable) {
    this.lanes = experiment?.config.lanes ?? [];
    this.settable = settable;
    const structure = JSON.stringify(this.lanes.map(({ id, optimizer }) => [id, optimizer]));
    if (structure !== this.structure) {
      this.structure = structure;
      const { value } = this.select;
      this.select.replaceChildren(...this.lanes.map((lane) => this.#option(lane)));
      if (this.lanes.some(({ id }) => id === value)) this.select.value = value;
    }
    this.#offer();
  }

  /** @param {RangeTest | null} test as far as it has come */
  show(test) {
    this.test = test;
    this.#offer();
    this.#draw();
  }

  /** @param {LaneConfig} lane */
  #option({ id, optimizer }) {
    const values = { lane: id, optimizer: optimizerName(optimizer, this.translator) };
    return new Option(this.translator.text("range.lane", values), id);
  }

  #suggested() {
    const { test } = this;
    const rates = test && test.status !== "running" ? suggestedRates(test) : null;
    const lanes = test && testedFirst(this.lanes, test.lane);
    return rates && lanes ? atRates(lanes, rates) : null;
  }

  /** Show what can be done now, and the progress. */
  #offer() {
    const { test, translator } = this;
    const running = test?.status === "running";
    this.progress.value = test?.progress ?? 0;
    this.#swap(running ? this.startButton : this.stopButton, running ? this.stopButton : this.startButton);
    this.startButton.disabled = this.stopButton.disabled = !this.settable;
    this.select.disabled = running || !this.settable;
    const lanes = this.#suggested();
    this.useButton.disabled = !lanes || !this.settable;
    const rates = lanes?.map((lane) => rateText(lane.learning_rate)).join(" · ") ?? "–";
    write(this.useButton, translator.text("range.use", { rates }));
    for (const element of [this.useButton, this.warning]) element.toggleAttribute("data-idle", this.useButton.disabled);
    this.progress.toggleAttribute("data-idle", !running);
  }

  /**
   * Replace one button by another, keeping the focus.
   * @param {HTMLButtonElement} gone
   * @param {HTMLButtonElement} here
   */
  #swap(gone, here) {
    const focused = document.activeElement === gone;
    hide(gone, true);
    hide(here, false);
    if (focused) here.focus();
  }

  #draw() {
    const { test, translator, store } = this;
    const { experiment, series, pastStep } = store;
    if (this.tabs.current !== "rate" || !experiment) return;
    this.root.dataset.status = test?.status ?? "none";
    const measure = /** @type {import("./points.js").Measure} */ (this.measure.value);
    const standing = standingOf(experiment.lanes, this.shownLanes.hidden, series, measure, pastStep);
    this.picture.draw(standing, test, measure, experiment.dataset.classes.length);
    write(this.ahead, this.#ahead(standing, measure));
    write(
      this.standings,
      standing.step === null
        ? ""
        : translator.join(
            "sentences",
            standing.points.map((point) => this.#told(point)),
          ),
    );
    write(this.key, translator.text(test ? "rate.key.curve" : "rate.key"));
    // Announce the end, not each rate on the way.
    this.sentence.setAttribute("aria-live", test?.status === "running" ? "off" : "polite");
    write(this.sentence, this.#sentence());
    write(this.note, this.#findings());
  }

  /**
   * Which lane is ahead, in a sentence.
   * @param {Standing} standing
   * @param {import("./points.js").Measure} measure
   */
  #ahead({ step, isTest, points, best }, measure) {
    const { translator } = this;
    const leading = points.filter(({ id }) => best.includes(id));
    if (step === null) return translator.text("rate.none");
    if (leading.length === 0) return translator.text("rate.lost", { step: translator.format.count(step) });
    const of = `${measure}.${isTest ? "test" : "batch"}`;
    return translator.text(`rate.${comparison(points.length, leading.length)}.${of}`, {
      lanes: translator.join(
        "list",
        leading.map(({ id, rate }) => translator.text("rate.lane", { lane: id, rate: rateText(rate) })),
      ),
      step: translator.format.count(step),
      value: translator.format[measure === "accuracy" ? "percent" : "loss"](leading[0].value),
    });
  }

  /** A point in words. @param {Standing["points"][number]} point */
  #told(point) {
    const event = point.isDead ? this.translator.text("rate.dead") : "";
    return this.translator.text("rate.point", { rate: rateText(point.rate), said: this.picture.text(point), event });
  }

  /** What it is doing, or why it has ended. */
  #sentence() {
    const { test, translator } = this;
    if (!test) return this.settable ? "\u00a0" : translator.text("range.none.watching");
    const { format } = translator;
    const rate = significant(test.rates[test.rates.length - 1] ?? NaN, DIGITS);
    const values = { rate, steps: format.count(test.rates.length), lane: test.lane };
    if (test.status !== "done") return translator.text(`range.${test.status}`, values);
    return translator.text(`range.end.${test.end ?? "swept"}`, values);
  }

  /** What it has found. */
  #findings() {
    const { test, translator } = this;
    if (!test || test.status === "running") return "\u00a0";
    if (test.lowest === null) return translator.text("range.found.nothing");
    if (test.steepest === null) return "\u00a0";
    const values = { steepest: significant(test.steepest, DIGITS), lowest: significant(test.lowest, DIGITS) };
    return translator.text("range.found", values);
  }
}
