import { find, hide, part, stamp, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { layerName } from "../../state/description.js";
import { pathOf } from "../../state/emergence.js";
import { placeOf } from "../../state/life.js";
import { degrees, isOriented, polarMark } from "../../state/orientation.js";
import { kernelLayers } from "../../state/tensors.js";
import { unpack } from "../../stream/packed.js";
import { StudyCard } from "../card.js";
import { buttonsIn, rove } from "../roving.js";
import { eventText } from "./words.js";

/**
 * Emergence: what the selected filter became over the run, in measures and their curves, and the events of all filters of its lane. Where
 * the timeline shows an earlier step, the numbers are those of that step.
 *
 * @typedef {import("../../state/emergence.js").Emergence} Emergence
 * @typedef {import("../../state/emergence.js").Event} Event
 *
 * @typedef {object} Measure
 * @property {string} name
 * @property {"weights" | "responses"} of
 * @property {[number, number]} range
 * @property {Event["what"]} [what]  the event whose rule it is in
 */

/** @type {Measure[]} */
const MEASURES = [
  { name: "orientation", of: "weights", range: [0, 1], what: "oriented" },
  { name: "smoothness", of: "weights", range: [-1, 1], what: "oriented" },
  { name: "opponency", of: "weights", range: [0, 1], what: "opponent" },
  { name: "sparsity", of: "responses", range: [0, 1] },
  { name: "selectivity", of: "responses", range: [0, 1], what: "selective" },
  { name: "active", of: "responses", range: [0, 1], what: "dead" },
];
const DIGITS = 2;

export class EmergenceCard extends StudyCard {
  /** @override */
  kinds = ["emergence"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("emergence", page);
    this.playhead = page.playhead;
    this.filters = part(this.root, "filters");
    this.list = part(this.root, "events");
    const rows = part(this.root, "measures");
    this.rows = MEASURES.map((measure) => {
      const row = stamp("emergence-measure");
      write(part(row, "name"), this.text(`emergence.measure.${measure.name}`));
      row.title = this.text(`emergence.measure.${measure.name}.title`);
      rows.append(row);
      return { measure, row };
    });
    for (const list of [this.filters, this.list]) rove(list);
    find(this.root, "h2", HTMLElement).title = this.text("emergence.title.title");
    this.where.title = this.text("emergence.when");
    this.filters.title = this.text("emergence.filters.title");
    part(this.root, "of-filter").title = this.text("emergence.title.title");
    for (const name of ["count", "rules"]) part(this.root, name).title = this.text("emergence.rules.title");
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    return current ? [{ kind: "emergence", lane, layer: current.layer, out: current.cell.out }] : [];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    /** @type {Emergence | null} */
    const found = this.found("emergence");
    const { current } = this.selection;
    const other = found !== null && current !== null && (found.layer !== current.layer || found.out !== current.cell.out);
    this.date(found, other);
    const isMeasured = found !== null && found.steps.length > 0;
    hide(part(this.root, "found"), !found);
    if (!found) return;
    write(part(this.root, "missing"), isMeasured ? "" : this.text("emergence.dense"));
    for (const name of ["of-filter", "filters"]) hide(part(this.root, name), !isMeasured);
    if (isMeasured) {
      this.#tell(found);
      this.#strip(found);
    }
    this.#showEvents(found);
  }

  /** Measures and their curves. @param {Emergence} found */
  #tell(found) {
    const { count } = this.translator.format;
    const shown = Math.min(this.playhead.step ?? found.lane_step, found.lane_step);
    const classes = this.store.experiment?.dataset.classes ?? [];
    const at = placeOf(found.steps, shown);
    const angle = unpack(found.weights.angle)[at];
    const values = { layer: layerName(found.layer, this.translator), filter: found.out, step: count(found.steps[at]) };
    write(part(this.root, "filter"), this.text("emergence.filter", values));
    for (const { measure, row } of this.rows) {
      const { name, of, range, what } = measure;
      const packed = found[of][name];
      const steps = of === "weights" ? found.steps : found.measured;
      hide(row, packed === undefined && name === "opponency");
      const curve = packed ? unpack(packed) : new Float32Array();
      const place = placeOf(steps, shown);
      const value = numberText(curve[place]);
      const favourite = name === "selectivity" && packed ? favouriteOf(found, place, classes) : null;
      const isTilted = name === "orientation" && Number.isFinite(angle);
      const more = isTilted
        ? this.text("emergence.angle", { angle: degrees(angle) })
        : favourite === null
          ? ""
          : this.text("emergence.class", { class: favourite });
      write(part(row, "value"), value);
      write(part(row, "more"), more);
      for (const [kind, path] of Object.entries(this.#paths(found, { steps, curve, range, shown, what, name }))) {
        row.querySelector(`[data-path="${kind}"]`)?.setAttribute("d", path);
      }
      const first = numberText(curve[0]);
      row.querySelector("svg")?.setAttribute("aria-label", this.text("emergence.curve", { first, value, step: count(steps[place] ?? 0) }));
    }
    write(part(this.root, "last"), count(found.lane_step));
  }

  /**
   * The paths of a curve, its thresholds, the filter's events, and the step that is shown.
   * @param {Emergence} found
   * @param {{steps: number[], curve: Float32Array, range: [number, number], shown: number, what?: string, name: string}} of
   */
  #paths({ lane_step: last, rules, events, layer, out }, { steps, curve, range, shown, what, name }) {
    const here = events.filter((event) => event.layer === layer && event.out === out && event.what === what);
    const upright = (/** @type {number} */ step) => `M${last > 0 ? step / last : 1} 0V1`;
    const level = (/** @type {number} */ value) => `${pathOf([0, last], [value, value], range, last)}`;
    return {
      curve: pathOf(steps, curve, range, last),
      threshold: (rules[what ?? ""]?.[name] ?? []).map(level).join(""),
      events: here.map(({ step }) => upright(step)).join(""),
      shown: upright(shown),
    };
  }

  /** A polar mark for each filter of the layer. @param {Emergence} found */
  #strip({ layer_now: { orientation, angle }, layer, out: selected }) {
    const [strengths, angles] = [unpack(orientation), unpack(angle)];
    const buttons = buttonsIn(this.filters, strengths.length, "emergence-filter");
    buttons.forEach((button, out) => {
      const orientation = { strength: strengths[out], angle: angles[out] };
      const end = polarMark(orientation) ?? { x: 0, y: 0 };
      button.querySelector("path")?.setAttribute("d", `M${-end.x} ${-end.y}L${end.x} ${end.y}`);
      write(part(button, "value"), String(out));
      const values = { filter: out, strength: numberText(strengths[out]), angle: degrees(angles[out]) };
      button.setAttribute("aria-label", this.text(isOriented(orientation) ? "emergence.mark" : "emergence.mark.none", values));
      button.setAttribute("aria-pressed", String(out === selected));
      button.onclick = () => this.#select(layer, out);
    });
  }

  /** @param {Emergence} found */
  #showEvents({ events, all_events: all, rules, steps, lane }) {
    const { count } = this.translator.format;
    const classes = this.store.experiment?.dataset.classes ?? [];
    write(
      part(this.root, "count"),
      this.text(events.length < all ? "emergence.events.some" : "emergence.events", {
        lane,
        events: count(all),
        shown: count(events.length),
      }),
    );
    const newest = events.toReversed();
    const buttons = buttonsIn(this.list, newest.length, "emergence-event");
    const shown = this.playhead.step;
    newest.forEach((event, place) => {
      const button = buttons[place];
      write(button, eventText(event, this.translator, classes));
      button.title = this.text("emergence.event.title", { step: count(event.step), since: count(event.since) });
      button.setAttribute("aria-pressed", String(event.step === shown));
      button.onclick = () => {
        this.#select(event.layer, event.out);
        this.playhead.go(event.step === steps.at(-1) ? null : event.step);
      };
    });
    const isColour = this.store.experiment?.dataset.image_shape[0] === 3;
    const theirs = Object.entries(rules).filter(([what]) => what !== "opponent" || isColour);
    const values = theirs.map(([what, rule]) => {
      const of = Object.entries(rule).map(([name, [begins, ends]]) =>
        this.text("emergence.rule.of", { name: this.text(`emergence.measure.${name}`), begins, ends }),
      );
      return this.text(`emergence.rule.${what}`, { rule: this.translator.join("list", of) });
    });
    write(part(this.root, "rules"), this.translator.join("sentences", values));
  }

  /**
   * @param {string} layer
   * @param {number} out
   */
  #select(layer, out) {
    const { current } = this.selection;
    const shape = kernelLayers(this.store.experiment?.layers ?? []).find((one) => one.layer.name === layer)?.shape;
    if (!current || !shape) return;
    const cell = layer === current.layer ? { ...current.cell, out } : { out, in: 0, row: shape.rows >> 1, col: shape.cols >> 1 };
    this.selection.set({ ...current, layer, cell });
  }
}

/** @param {number | undefined} value */
function numberText(value) {
  return value === undefined || !Number.isFinite(value) ? "–" : significant(value, DIGITS);
}

/**
 * The class to whose images a filter responds most after a step.
 * @param {Emergence} found
 * @param {number} place of the step
 * @param {string[]} classes
 */
function favouriteOf({ responses: { means } }, place, classes) {
  const size = means.shape[1];
  const here = [...unpack(means).subarray(place * size, (place + 1) * size)].map((mean) => (Number.isFinite(mean) ? mean : -1));
  const most = Math.max(...here);
  return most > 0 ? classes[here.indexOf(most)] : null;
}
