import { channelText } from "../state/description.js";
import { othersOf } from "../state/tensors.js";
import { colourTable } from "../draw/colormap.js";
import { Maps } from "../draw/maps.js";
import { scaleOf } from "../state/scales.js";
import { find, hide, isOffered, part, write } from "../base/dom.js";
import { ageOf } from "../state/freshness.js";
import { distance, nearestPlace, placeOf } from "../state/life.js";
import { unpack } from "../stream/packed.js";
import { isOfKernel, kernelOf } from "../state/selection.js";
import { currentTheme } from "../base/theme.js";
import { ofLane } from "../draw/lane-style.js";
import { Part } from "../page/part.js";

/**
 * The run as a film: the selected kernel of every lane from its random start to now, and a slider that takes the whole page to any
 * kept step. Loaded when first visible; requests nothing of the server while it is not.
 *
 * One kernel over the run, in every lane.
 * @typedef {object} Film
 * @property {number} run
 * @property {number} step
 * @property {import("../stream/interest.js").Kernel} kernel
 * @property {number[]} kept   the steps of which all kernels are kept, ascending
 * @property {number[]} steps  the steps of these kernels, ascending
 * @property {Record<string, {weights: import("../stream/packed.js").Packed}>} lanes  [step, row, col]
 */

/** The greatest width of a kernel, and the least gap between two, in CSS pixels. */
const WIDTH = 52;
const GAP = 8;
/** Kernels of one lane. */
const [FEWEST, MOST] = [2, 32];

export class Timeline {
  /** @param {import("../page/page.js").Page} page */
  constructor(page) {
    const { store, selection, view, translator, session, loop, shownLanes, playhead, themed } = page;
    this.store = store;
    this.selection = selection;
    this.view = view;
    this.translator = translator;
    this.interest = session.interest;
    this.shownLanes = shownLanes;
    this.playhead = playhead;
    this.root = find(document, "#timeline", HTMLElement);
    this.slider = find(this.root, "input", HTMLInputElement);
    this.now = find(this.root, 'button[value="now"]', HTMLButtonElement);
    this.where = part(this.root, "where");
    this.marked = find(this.root, 'button[value="events"]', HTMLButtonElement);
    /** The marks, loaded when they are first wanted. */
    this.events = new Part(async () => new (await import("./events.js")).TimelineEvents(this.root, page));
    this.film = part(this.root, "film");
    this.frames = part(this.root, "frames");
    this.labels = part(this.root, "labels");
    this.mark = part(this.root, "mark");
    /** Whether any of it is on screen. */
    this.seen = false;
    this.structure = "";
    /** The requested subjects: of the selected kernel and, of a filter in colour, of all three. @type {import("../stream/interest.js").Subject[]} */
    this.subjects = [];
    /** The film that is shown: of one kernel or, in colour, of all three. @type {Film[]} */
    this.films = [];
    /** From one kernel to the next: CSS pixels. */
    this.pitch = 0;
    /** @type {{id: string, row: HTMLElement, maps: Maps}[]} */
    this.rows = [];
    this.slider.addEventListener("input", () => this.#go(Number(this.slider.value)));
    this.now.addEventListener("click", () => this.playhead.go(null));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) {
      this.frames.addEventListener(type, (event) => this.#point(event));
    }
    const draw = loop.task(() => this.draw());
    for (const kind of ["film", "emergence"]) store.on(kind, () => draw.invalidate());
    store.on("experiment", () => draw.invalidate());
    store.on("shown", () => draw.invalidate());
    store.on("snapshot", () => {
      if (store.experiment?.status !== "running") draw.invalidate();
    });
    selection.onChange(() => draw.invalidate());
    playhead.onChange(() => draw.invalidate());
    shownLanes.onChange(() => this.draw());
    themed.add(() => this.draw());
    new ResizeObserver(() => draw.invalidate()).observe(this.frames);
    new IntersectionObserver((entries) => {
      this.seen = entries.some(({ isIntersecting }) => isIntersecting);
      draw.invalidate();
    }).observe(this.root);
  }

  draw() {
    this.#build();
    this.#want();
    const film = this.#film;
    const { current } = this.selection;
    // The previous film stays until the new one arrives.
    this.#gather();
    const { films } = this;
    const inColour = current !== null && this.view.shapeOf(current.layer)?.colour === true;
    const isOfSelected = current !== null && films.some(({ kernel }) => isOfKernel(kernel, current)) && films.length > 1 === inColour;
    const isHere = film !== null && films.every(({ run }) => run === this.store.series.run) && isOfSelected;
    this.root.toggleAttribute("data-stale", !isHere || ageOf(film, this.store).late);
    if (!isHere) return;
    this.#paint(films);
    this.#place(film);
    this.events.here?.draw(film.kept);
    this.#tell(film);
  }

  /** The film of the selected kernel; until that arrives, of the previous one. @returns {Film | null} */
  get #film() {
    return this.store.finding("film", this.subjects[0]);
  }

  /** Take the films that have come, once they are whole: in colour those of red, green and blue, at the same steps. */
  #gather() {
    const films = this.subjects.flatMap((subject) => {
      /** @type {Film | null} */
      const film = this.store.finding("film", subject);
      const kernel = /** @type {Film["kernel"]} */ (subject.kernel);
      return film && isOfKernel(film.kernel, { layer: kernel.layer, lane: 0, cell: { ...kernel, row: 0, col: 0 } }) ? [film] : [];
    });
    const isWhole = films.length > 0 && films.length === this.subjects.length;
    if (!isWhole || films.some(({ steps }) => String(steps) !== String(films[0].steps))) return;
    this.films = films.sort((one, other) => one.kernel.in - other.kernel.in);
  }

  #build() {
    const lanes = this.store.experiment?.lanes ?? [];
    const structure = String(lanes.map(({ id }) => id));
    if (structure !== this.structure) {
      this.structure = structure;
      for (const { row } of this.rows) row.remove();
      this.rows = lanes.map(({ id }) => rowOf(id));
      this.film.prepend(...this.rows.map(({ row }) => row));
    }
    for (const { id, row } of this.rows) hide(row, this.shownLanes.hidden.has(id));
  }

  /** Request as many kernels as there is room for, if visible. */
  #want() {
    const width = this.frames.clientWidth;
    const count = Math.min(MOST, Math.max(FEWEST, Math.floor((width + GAP) / (WIDTH + GAP))));
    const { current } = this.selection;
    const kernels = this.seen && current && width > 0 ? [kernelOf(current)] : [];
    const all = kernels.flatMap((kernel) => [kernel, ...othersOf(kernel, this.view.shapeOf(kernel.layer))]);
    this.subjects = all.map((kernel) => ({ kind: "film", kernel, frames: count }));
    const isMarked = this.seen && isOffered(this.marked) && this.marked.ariaPressed === "true";
    if (isMarked && !this.events.here) void this.events.want().then((events) => events && this.draw());
    const events = this.events.here?.asks(isMarked) ?? [];
    this.interest.want("timeline", { subjects: this.subjects.length > 0 ? [...this.subjects, ...events] : [] });
  }

  /** @param {Film[]} films one, or one of each colour */
  #paint(films) {
    const [{ kernel, lanes, steps }] = films;
    const { layer } = kernel;
    const { shown } = this.store;
    const table = colourTable("weight", currentTheme());
    // The first kernel lies at one end of the slider and the last at the other, on whole device pixels.
    const apart = (this.frames.clientWidth - WIDTH) / Math.max(1, steps.length - 1);
    this.pitch = Math.floor(apart * devicePixelRatio) / devicePixelRatio;
    this.root.style.setProperty("--span", `${this.pitch * Math.max(1, steps.length - 1)}px`);
    this.rows.forEach(({ id, row, maps }, lane) => {
      const weights = lanes[id]?.weights;
      if (!weights || row.hidden) return;
      const limit = shown ? scaleOf(shown, layer, "weight", lane, this.view).limit : 0;
      const [, rows, cols] = weights.shape;
      // Whole device pixels per cell, so that all cells are equally large.
      const cell = Math.max(1, Math.floor((WIDTH / Math.max(rows, cols)) * devicePixelRatio)) / devicePixelRatio;
      const tiling = { across: steps.length, cell, gap: this.pitch - cols * cell, inColour: films.length > 1 };
      maps.paint(
        together(
          films.map((film) => unpack(film.lanes[id].weights)),
          rows * cols,
        ),
        { rows, cols },
        tiling,
        table,
        limit,
      );
      this.root.style.setProperty("--tile", `${cols * cell}px`);
    });
    this.root.style.setProperty("--pitch", `${this.pitch}px`);
  }

  /** @param {Film} film */
  #place({ kept, steps }) {
    const { step } = this.playhead;
    const place = step === null ? kept.length - 1 : placeOf(kept, step);
    this.slider.max = String(Math.max(1, kept.length - 1));
    this.slider.value = String(kept.length > 1 ? place : 1);
    this.slider.disabled = kept.length < 2;
    this.slider.setAttribute("aria-valuetext", this.translator.text("chart.at_step", { step: this.translator.format.count(kept[place]) }));
    this.now.disabled = step === null;
    const nearest = nearestPlace(steps, kept[place]);
    this.mark.style.setProperty("--place", String(nearest));
    const { format } = this.translator;
    const spans = steps.map((one, index) => {
      const span = this.labels.children[index] ?? document.createElement("span");
      write(span, format.count(one));
      if (span instanceof HTMLElement) span.style.setProperty("--place", String(index));
      span.toggleAttribute("data-now", index === nearest);
      return span;
    });
    if (spans.length !== this.labels.children.length) this.labels.replaceChildren(...spans);
    this.root.dataset.step = String(kept[place]);
  }

  /** @param {Film} film */
  #tell({ kernel: { layer, out, in: channel }, kept }) {
    const { text, format } = { text: this.translator.text.bind(this.translator), format: this.translator.format };
    const { step } = this.playhead;
    const apart = distance(kept.slice(0, -1));
    const values = {
      layer,
      filter: out,
      channel: channelText(this.store.experiment?.layers, layer, { out, in: channel }, this.translator),
      step: format.count(step ?? kept[kept.length - 1]),
      now: format.count(kept[kept.length - 1]),
    };
    const parts = [text(kept.length < 2 ? "timeline.where.start" : step === null ? "timeline.where.now" : "timeline.where.past", values)];
    if (Number.isFinite(apart) && apart > 1) parts.push(text("timeline.kept", { n: format.count(apart) }));
    write(this.where, parts.join(" · "));
  }

  /** @param {PointerEvent} event */
  #point({ type, clientX, pointerId, button }) {
    const film = this.#film;
    if (!film || film.kept.length < 2) return;
    if (type === "pointerdown" && button === 0) this.frames.setPointerCapture(pointerId);
    if (!this.frames.hasPointerCapture(pointerId)) return;
    const { left } = this.frames.getBoundingClientRect();
    const frame = Math.min(film.steps.length - 1, Math.max(0, Math.round((clientX - left - WIDTH / 2) / this.pitch)));
    this.#go(placeOf(film.kept, film.steps[frame]));
  }

  /** @param {number} place among the kept steps; the last one follows the newest */
  #go(place) {
    const kept = this.#film?.kept ?? [];
    this.playhead.go(place >= kept.length - 1 ? null : kept[place]);
  }
}

/**
 * Put the kernels of each step next to each other.
 * @param {Float32Array[]} channels each [step, cell]
 * @param {number} cells of a kernel
 * @returns {Float32Array} [step, channel, cell]
 */
function together(channels, cells) {
  const all = new Float32Array(channels.length * channels[0].length);
  channels.forEach((values, channel) => {
    for (let from = 0; from < values.length; from += cells)
      all.set(values.subarray(from, from + cells), channels.length * from + channel * cells);
  });
  return all;
}

/** @param {string} id of a lane */
function rowOf(id) {
  const row = ofLane("film-row", id);
  return { id, row, maps: new Maps(find(row, "canvas", HTMLCanvasElement)) };
}
