import { find, hide, part, write } from "../base/dom.js";
import { bindChoice } from "./choice.js";
import { nearestStep, placing } from "./axis.js";
import { readingOf } from "./measured.js";
import { ChartSlot } from "./slot.js";
import { PreviousRun } from "./previous.js";
import { fittedLanes } from "./scale.js";
import { ofLane } from "../draw/lane-style.js";

/**
 * Two charts with a common cursor, and under them the exact numbers at the cursor, or the newest ones.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/store.js").Store} Store
 * @typedef {import("./axis.js").AxisName} AxisName
 */

export class Chart {
  /**
   * @param {Store} store
   * @param {Translator} translator
   * @param {() => void} onCursor called when the readout must be written for another step
   */
  constructor(store, translator, onCursor) {
    this.store = store;
    this.translator = translator;
    this.onCursor = onCursor;
    this.target = find(document, "#charts", HTMLElement);
    this.note = find(document, "#chart-note", HTMLElement);
    this.exits = find(document, "#chart-exits", HTMLElement);
    this.axisMenu = find(document, "#chart-x", HTMLSelectElement);
    this.smoothingMenu = find(document, "#chart-smoothing", HTMLSelectElement);
    this.body = find(document, "#readout", HTMLElement);
    this.stepCell = find(document, "#readout-step", HTMLElement);
    this.heads = ["upper", "lower"].map((name) => ({
      measure: find(document, `#readout-${name}`, HTMLElement),
      line: find(document, `#readout-${name}-line`, HTMLElement),
      points: find(document, `#readout-${name}-points`, HTMLElement),
    }));
    this.log = true;
    this.logX = false;
    /** @type {number | null} */
    this.cursorStep = null;
    /** The step of the cursor while nobody moves it; null: no cursor, and the newest numbers. @type {number | null} */
    this.rest = null;
    /** While the cursor is being placed, cursor events of the charts are ignored. */
    this.placing = false;
    /** @type {{row: HTMLElement, cells: HTMLElement[]}[]} */
    this.rows = [];
    /** @type {string[]} */
    this.lanes = [];
    /** @type {Set<string>} */
    this.hidden = new Set();
    this.slots = [new ChartSlot("upper", () => this.rebuild()), new ChartSlot("lower", () => this.rebuild())];
    /** Whether the plots must be rebuilt for other lanes. */
    this.due = false;
    this.previous = new PreviousRun();
    this.legend = find(document, "#chart-previous", HTMLElement);
    find(this.legend, "button", HTMLButtonElement).addEventListener("click", () => {
      this.previous.dismiss();
      this.rebuild();
      this.target.focus();
    });
    /** Which charts still have to be drawn with the newest points. */
    this.stale = this.slots.map(() => true);
    for (const menu of [this.axisMenu, this.smoothingMenu]) menu.addEventListener("change", () => this.rebuild());
    bindChoice("scale", (value) => {
      this.log = value === "log";
      this.rebuild();
    });
    bindChoice("scale-x", (value) => {
      this.logX = value === "log";
      this.rebuild();
    });
    this.target.addEventListener("keydown", (event) => this.#onKey(event));
    this.target.addEventListener("blur", () => this.#moveTo(this.rest));
  }

  describe() {
    this.previous.describe(this.store.experiment?.lanes ?? []);
    const lanes = this.store.experiment?.lanes.map(({ id }) => id) ?? [];
    if (String(lanes) === String(this.lanes)) return;
    this.lanes = lanes;
    this.rows = lanes.map((id) => {
      const row = ofLane("chart-row-template", id);
      return { row, cells: ["first", "second", "third", "fourth"].map((name) => part(row, name)) };
    });
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
    // Rebuild at the next drawing: a change of lanes costs enough in this task.
    this.due = true;
  }

  /** @param {Set<string>} hidden ids of lanes */
  hide(hidden) {
    this.hidden = hidden;
    this.rebuild();
  }

  /** Rebuild the plots, for other lanes, another measure or another theme, but not for new data. */
  rebuild() {
    this.due = false;
    const { format } = this.translator;
    const axis = this.#axis;
    const isWhole = axis === "step" || axis === "images";
    this.rows.forEach(({ row }, lane) => hide(row, this.hidden.has(this.lanes[lane])));
    const moment = this.#moment();
    const frame = {
      lanes: this.lanes,
      hidden: this.hidden,
      log: this.log,
      logX: this.logX,
      window: Number(this.smoothingMenu.value),
      wholeX: isWhole,
      rangeX: () => this.#rangeX(),
      xLabel: this.axisMenu.selectedOptions[0].text,
      formatX: (/** @type {number} */ place) => (Number.isInteger(place) ? format.count(place) : format.axis(place)),
      format,
      onCursor: (/** @type {number | null} */ place) => this.#onPlace(place),
    };
    this.placing = true;
    for (const slot of this.slots) {
      slot.enter(frame);
      slot.collect(moment);
    }
    for (const slot of this.slots) slot.rebuild(moment);
    this.placing = false;
    // A new plot has no cursor: clearing it again would make the browser lay out the page at once.
    if (this.cursorStep === null) this.onCursor();
    else this.#moveTo(this.cursorStep);
  }

  resize() {
    for (const slot of this.slots) slot.resize();
  }

  /** @param {number | null} step shown elsewhere on the page; null: the newest */
  stand(step) {
    const free = this.cursorStep === this.rest;
    this.rest = step;
    if (free) this.#moveTo(step);
  }

  /**
   * Draw the curves of one chart if they have changed: a redraw costs more than all kernels.
   * @param {number} index of the slot
   */
  draw(index) {
    if (this.due) this.rebuild();
    const moment = this.#moment();
    // All of them, because they share the horizontal axis.
    if (this.slots.map((slot) => slot.collect(moment)).includes(true)) this.stale.fill(true);
    if (!this.stale[index]) return;
    this.stale[index] = false;
    this.placing = true;
    this.slots[index].draw(moment);
    this.placing = false;
    // The points under the cursor have moved, but its step has not.
    if (this.cursorStep !== null) this.#moveTo(Math.min(this.cursorStep, this.store.series.lastStep));
  }

  /** Write the notes on the curves, and the numbers under them. */
  write() {
    hide(
      this.legend,
      this.slots.every(({ behind }) => behind === null),
    );
    this.#writeNote();
    this.#writeReadout();
  }

  get #axis() {
    return /** @type {AxisName} */ (this.axisMenu.value);
  }

  #moment() {
    const { experiment, series } = this.store;
    const sizes = { train: experiment?.dataset.train_size ?? 1, batch: experiment?.config.batch_size ?? 1 };
    const behind = this.previous.behind(this.lanes, this.#axis, sizes);
    const fitted = fittedLanes(experiment?.lanes ?? [], this.hidden);
    return { series, fitted, behind, placeOf: placing(this.#axis, series, sizes) };
  }

  /** @returns {[number, number]} */
  #rangeX() {
    const { placeOf, behind } = this.#moment();
    const steps = Math.max(0, ...this.slots.map(({ data }) => data.lastStep));
    // The run before is seen as far as leaves the new one a tenth of the axis.
    const earlier = behind ? behind.placeOf(Math.min(behind.series.lastStep, Math.max(LEAST_STEPS, TIMES * steps))) : 0;
    const last = Math.max(placeOf(steps), earlier);
    if (!this.logX) return [0, Math.max(last, placeOf(1), this.#axis === "step" ? 10 : 1e-6)];
    const first = placeOf(1);
    return first > 0 ? [first, Math.max(last, 2 * first)] : [0.1, 1];
  }

  /** @param {number | null} place of a chart's cursor */
  #onPlace(place) {
    if (this.placing) return;
    const { placeOf, series } = this.#moment();
    this.#moveTo(place === null ? this.rest : nearestStep(place, placeOf, series.lastStep));
  }

  /** @param {number | null} step null: the newest */
  #moveTo(step) {
    this.cursorStep = step;
    const place = step === null ? null : this.#moment().placeOf(step);
    this.placing = true;
    for (const slot of this.slots) slot.point(place);
    this.placing = false;
    this.onCursor();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { lastStep } = this.store.series;
    const far = event.shiftKey ? 10 : 1;
    const from = this.cursorStep ?? lastStep;
    const to = { ArrowLeft: from - far, ArrowRight: from + far, Home: 1, End: lastStep }[event.key];
    if (event.key === "Escape") this.#moveTo(this.rest);
    if (to === undefined || lastStep === 0) return;
    event.preventDefault();
    this.#moveTo(Math.min(lastStep, Math.max(1, to)));
  }

  #writeNote() {
    const { stretch, window, lastStep } = (this.slots.find(({ measure }) => !measure.singles) ?? this.slots[0]).data;
    const { format } = this.translator;
    const { thinned } = this.store.series;
    const values = { n: format.count(stretch), m: format.count(window), step: format.count(thinned?.lastStep ?? 0) };
    const kind = lastStep === 0 ? "empty" : stretch === 1 ? "each" : "extremes";
    const parts = [this.translator.text(`chart.note.${kind}`, values)];
    if (thinned) parts.push(this.translator.text("chart.note.thinned", values));
    if (window > 1) parts.push(this.translator.text("chart.note.mean", values));
    if (this.slots.some(({ measure }) => measure.test)) parts.push(this.translator.text("chart.note.tests"));
    if (this.slots.some(({ measure }) => measure.singles)) parts.push(this.translator.text("chart.note.singles"));
    write(this.note, this.translator.join("remarks", parts));
    write(
      this.exits,
      this.translator.join(
        "sentences",
        this.slots.flatMap((slot) => this.#exitsOf(slot)),
      ),
    );
  }

  /**
   * Describe which lines leave the picture, for those who can't see the marks.
   * @param {ChartSlot} slot
   */
  #exitsOf(slot) {
    const { translator } = this;
    return this.lanes.flatMap((lane, index) =>
      this.hidden.has(lane)
        ? []
        : /** @type {const} */ (["above", "below", "none"]).flatMap((kind) => {
            const first = (slot.drawn.exits[index] ?? []).find((exit) => exit.kind === kind);
            if (!first) return [];
            const values = { measure: slot.label, lane, step: translator.format.count(first.step), value: slot.text(first.value) };
            return [translator.text(`chart.exit.${kind}`, values)];
          }),
    );
  }

  #writeReadout() {
    const { series } = this.store;
    const { format } = this.translator;
    // In a thinned history, the last step that has a row.
    const row = series.rowBefore(this.cursorStep ?? series.lastStep);
    const step = row < 0 ? 0 : series.stepOf(row);
    write(this.stepCell, this.translator.text("chart.at_step", { step: format.count(step) }));
    this.slots.forEach((slot, index) => {
      const reading = readingOf(slot.measure, series, step);
      // A lane that has diverged has no numbers for later steps.
      const said = (/** @type {number} */ value) => (Number.isNaN(value) ? NOTHING : slot.text(value));
      const { measure, line, points } = this.heads[index];
      const at = { step: format.count(reading.pointStep ?? 0) };
      write(measure, slot.label);
      write(line, this.translator.text(slot.measure.singles ? "chart.median" : "chart.batch"));
      const named = this.translator.text(slot.measure.singles ? "chart.single_at" : "chart.test_at", at);
      const unnamed = slot.measure.test ? this.translator.text("chart.test") : "";
      write(points, reading.pointStep === null ? unnamed : named);
      this.rows.forEach(({ cells }, lane) => {
        write(cells[2 * index], reading.isEmpty ? NOTHING : said(reading.line(lane)));
        write(cells[2 * index + 1], reading.pointStep === null ? NOTHING : said(reading.point(lane)));
      });
    });
  }
}

const NOTHING = "–";
/** How much of the run before is shown, in steps and as a multiple of the new one. */
const [LEAST_STEPS, TIMES] = [100, 10];
