import { find, hide, part, write } from "../../base/dom.js";
import { rateText, significant } from "../../base/format.js";
import { atRates } from "../../state/lanes.js";
import { optimizerName } from "../../state/description.js";
import { laneColour, laneDash } from "../../draw/lane-style.js";
import { decadeText, decades, drawnUpTo, rangeAxes, suggestedRates, testedFirst } from "./reading.js";
import { StudyPlot } from "../plot.js";

/**
 * The learning-rate range test: it starts one, draws it as it grows beside the rates that the lanes have, and makes lanes from the result.
 *
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("../../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("./reading.js").RangeTest} RangeTest
 * @typedef {import("../plot.js").Mark} Mark
 */

const DIGITS = 2;

export class RangePanel {
  /** @param {import("../../page/page.js").Page} page */
  constructor(page) {
    const { store, translator, session, loop, tabs } = page;
    this.tabs = tabs;
    this.translator = translator;
    this.root = find(document, "#range-test", HTMLElement);
    this.select = find(this.root, "select", HTMLSelectElement);
    this.startButton = find(this.root, '[value="start"]', HTMLButtonElement);
    this.stopButton = find(this.root, '[value="stop"]', HTMLButtonElement);
    this.useButton = find(this.root, '[value="use"]', HTMLButtonElement);
    this.progress = find(this.root, "progress", HTMLProgressElement);
    this.sentence = part(this.root, "sentence");
    this.note = part(this.root, "note");
    this.warning = part(this.root, "warning");
    this.plot = new StudyPlot(part(this.root, "plot"), { log: true, rows: 4 });
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
    tabs.onChange(() => show.invalidate());
    show.invalidate();
    page.offer(() => this.update(store.experiment, page.settable));
    page.themed.add(() => this.plot.retheme());
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
    if (this.tabs.current === "rate") this.#draw();
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
    this.warning.toggleAttribute("data-idle", this.useButton.disabled);
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
    const { test } = this;
    this.root.dataset.status = test?.status ?? "none";
    // Announce the end, not each rate on the way.
    this.sentence.setAttribute("aria-live", test?.status === "running" ? "off" : "polite");
    write(this.sentence, this.#sentence());
    write(this.note, this.#findings());
    const { x, y } = rangeAxes(test);
    this.plot.draw({
      data: test ? [test.rates, drawnUpTo(test.losses, y[1]), drawnUpTo(test.smoothed, y[1])] : [[], [], []],
      curves: [
        { colour: "color-mix(in srgb, var(--accent) 45%, transparent)", width: 1, dash: [] },
        { colour: "var(--accent)", width: 2.25, dash: [] },
      ],
      x,
      y,
      axes: [{ places: decades, text: decadeText, label: this.translator.text("range.axis") }],
      marks: this.#marks(),
    });
  }

  /** @returns {Mark[]} */
  #marks() {
    const { test, translator } = this;
    const lanes = this.lanes.map(({ id, learning_rate: x }) => ({
      x,
      y: null,
      label: id,
      row: 3,
      beside: true,
      colour: laneColour(id),
      dash: laneDash(id),
    }));
    if (!test) return lanes;
    const { rates, smoothed, steepest, lowest, diverges } = test;
    const found = [
      { x: steepest, label: "range.mark.steepest", row: 0, colour: "var(--ink)", dash: [4, 3] },
      { x: lowest, label: "range.mark.lowest", row: 1, colour: "var(--ink)", dash: [1, 3] },
      { x: diverges, label: "range.mark.diverges", row: 2, colour: "var(--error)", dash: [] },
    ];
    const marks = found.flatMap(({ x, label, ...rest }) =>
      x === null
        ? []
        : [{ x, y: smoothed[rates.indexOf(x)] ?? null, label: translator.text(label, { rate: significant(x, DIGITS) }), ...rest }],
    );
    return [...marks, ...lanes];
  }

  /** What it is doing, or why it has ended. */
  #sentence() {
    const { test, translator } = this;
    if (!test) return translator.text(this.settable ? "range.none" : "range.none.watching");
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
