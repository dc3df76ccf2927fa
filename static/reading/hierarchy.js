import { find, hide, part, write } from "../base/dom.js";
import { significant } from "../base/format.js";
import { paintPatch, paintPatches } from "../draw/patch.js";
import { refusalText } from "../studies/refusal.js";
import { buttonsIn, rove } from "../studies/roving.js";
import { firstOf, MOST_FILTERS, placed } from "../studies/patches/reading.js";
import { Player } from "../studies/phases/player.js";
import { unpack } from "../stream/packed.js";
import { Figure } from "./figure.js";
import { firstExcited, levelsOf, pictureAt, withinImage } from "./levels.js";

/**
 * What a low, a middle and a high layer of the network see: a filter's best patches, and the picture made for it by gradient ascent, as a
 * film over the kept steps, which are those of the page's timeline. Nothing is computed before it is asked for.
 *
 * @typedef {import("../studies/patches/reading.js").Found} Patches
 * @typedef {import("../studies/maximisation/card.js").Formation} Film
 * @typedef {import("./levels.js").Level} Level
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("../stream/interest.js").Subject} Subject
 */

const LEVELS = /** @type {Level[]} */ (["low", "middle", "high"]);
const READABLE = { jitter: true, blur: true, norm: true };
/** Pictures of the film, and seconds for each. */
const FRAMES = 12;
const PACE = 0.6;
const DIGITS = 3;

export class HierarchyFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "patches", "formation"];

  /**
   * @param {HTMLElement} root
   * @param {import("../page/page.js").Page} page
   */
  constructor(root, page) {
    super(root, page);
    this.playhead = page.playhead;
    this.isOpen = false;
    /** The filter of each layer that was chosen, and that of each lane's layer that nobody has chosen. @type {Map<string, number>} */
    this.chosen = new Map();
    this.rows = LEVELS.map((level) => {
      const row = this.part(level);
      const [made, best] = ["made", "best"].map((name) => find(row, `[data-part=${name}]`, HTMLCanvasElement));
      const filters = part(row, "filters");
      rove(filters);
      return { level, row, made, best, filters, painted: /** @type {{patches: Patches, out: number} | null} */ (null) };
    });
    this.wanted = "";
    this.open = find(root, "[data-part=open]", HTMLButtonElement);
    this.open.addEventListener("click", () => {
      this.isOpen = true;
      this.part("levels").focus({ preventScroll: true });
      this.renew();
    });
    this.slider = find(root, "input", HTMLInputElement);
    this.slider.addEventListener("input", () => {
      this.player.end();
      this.#go(Number(this.slider.value));
    });
    this.play = find(root, "[data-part=play]", HTMLButtonElement);
    /** Whoever wants no motion goes from picture to picture by hand. */
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.still.addEventListener("change", () => {
      this.player.end();
      this.renew();
    });
    this.player = new Player(
      page.loop,
      () => this.#advance(),
      () => this.renew(),
    );
    this.player.pace = PACE;
    this.play.addEventListener("click", () => {
      if (this.still.matches) this.#advance();
      else if (this.player.isPlaying) this.player.end();
      else this.player.begin();
    });
    page.sending.add(({ type }) => this.player.heard(type));
    page.playhead.onChange(() => this.renew());
  }

  /** @override */
  retheme() {
    for (const row of this.rows) row.painted = null;
  }

  /** @override */
  leave() {
    this.player.end();
  }

  /** Patches of a layer come first: which filter is worth a picture is known from them. @override @returns {Subject[]} */
  subjects() {
    return this.#layers.flatMap(({ layer }) => {
      const of = this.#of(layer);
      const found = this.#found("patches", of.patches);
      return found ? [of.patches, this.#film(layer, found)] : [of.patches];
    });
  }

  /** @override */
  age() {
    const isPast = this.subjects().some(({ kind, ...of }) => kind === "patches" && !this.#found(kind, { kind, ...of }));
    this.root.toggleAttribute("data-stale", isPast && this.rows.some(({ best }) => best.width > 1));
  }

  /** @override */
  draw() {
    const { experiment } = this.store;
    if (!experiment) return;
    hide(this.open, this.isOpen);
    hide(this.part("levels"), !this.isOpen);
    if (!this.isOpen) return;
    const layers = this.#layers;
    for (const { level, row } of this.rows) hide(row, !layers.some((one) => one.level === level));
    // Other patches, another layer: other pictures.
    const wanted = JSON.stringify(this.subjects());
    if (wanted !== this.wanted) {
      this.wanted = wanted;
      this.renew();
    }
    const drawn = layers.map(({ level, layer }) => this.#draw(level, layer));
    const patches = drawn.find((one) => one.patches)?.patches;
    const { count } = this.translator.format;
    if (patches) this.say("where", { lane: patches.lane, images: count(patches.searched), step: count(patches.step) });
    this.#scrub(drawn.find(({ film }) => film)?.film ?? null);
    this.player.shown();
  }

  /**
   * @param {Level} level
   * @param {Layer} layer
   * @returns {{patches: Patches | null, film: Film | null}} what of it has come
   */
  #draw(level, layer) {
    const { experiment } = this.store;
    const row = this.rows[LEVELS.indexOf(level)];
    const { image_shape: size, classes } = /** @type {import("../base/types.js").Experiment} */ (experiment).dataset;
    const nameOf = (/** @type {number} */ filter) => (level === "high" && classes[filter]) || String(filter);
    /** @type {Patches | null} */
    const patches = this.#found("patches", this.#of(layer).patches);
    if (!patches) {
      this.#reserve(row.filters, layer, nameOf);
      const found = this.store.finding("patches", this.#of(layer).patches);
      if (found?.too_large && found.layer === layer.name) write(this.sentences[level].element, refusalText(this.translator, found));
      return { patches: null, film: null };
    }
    const subject = this.#film(layer, patches);
    const out = (subject.out ?? 0) - patches.first;
    if (row.painted?.patches !== patches || row.painted.out !== out) {
      row.painted = { patches, out };
      this.#paint(row, layer.name, row.painted, size, nameOf);
    }
    /** @type {Film | null} */
    const film = this.#found("formation", subject);
    const at = film ? pictureAt(film.steps, this.playhead.step) : 0;
    if (film) {
      const [, ...shape] = film.pictures.shape;
      const pixels = shape.reduce((product, length) => product * length, 1);
      const { start, step } = patches.field;
      const [, rows = 1, cols = 1] = layer.output_shape;
      const [top, left] = [start[0] + (rows >> 1) * step[0], start[1] + (cols >> 1) * step[1]];
      const picture = { shape, pixels: unpack(film.pictures).subarray(at * pixels, (at + 1) * pixels), top, left };
      paintPatch(row.made, withinImage(picture, size), size);
    }
    const [rows, cols] = patches.field.size;
    this.say(level, { layer: layer.name, filter: nameOf(patches.first + out) });
    this.say(`${level}-size`, { size: `${rows}×${cols}` });
    this.say(`${level}-made`, film && { step: this.translator.format.count(film.steps[at]), z: numberText(film.after[at]) });
    this.say(`${level}-best`, { best: numberText(patches.filters[out]?.find(({ end }) => end === "most")?.value) });
    row.made.toggleAttribute("data-waiting", !film);
    return { patches, film };
  }

  /**
   * Keep the room for the filters of a layer that nothing is known of yet.
   * @param {HTMLElement} filters
   * @param {Layer} layer
   * @param {(filter: number) => string} nameOf
   */
  #reserve(filters, { weight_shape: shape }, nameOf) {
    if (filters.children.length > 0) return;
    buttonsIn(filters, Math.min(MOST_FILTERS, shape?.[0] ?? 0)).forEach((button, filter) => {
      button.disabled = true;
      button.setAttribute("aria-label", this.translator.text("patches.filter.name", { filter: nameOf(filter), value: "–" }));
    });
  }

  /**
   * The best patches of the chosen filter, and the best one of each.
   * @param {{best: HTMLCanvasElement, filters: HTMLElement}} row
   * @param {string} layer
   * @param {{patches: Patches, out: number}} found
   * @param {number[]} size of an image
   * @param {(filter: number) => string} nameOf
   */
  #paint({ best, filters }, layer, { patches, out }, size, nameOf) {
    const most = placed(patches).map((some) =>
      some.filter(({ end }) => end === "most").map((patch) => ({ value: patch.value, ...withinImage(patch, size) })),
    );
    paintPatches(best, most[out] ?? [], size);
    buttonsIn(filters, most.length).forEach((button, place) => {
      const [first] = most[place];
      const canvas = button.querySelector("canvas");
      if (canvas && first) paintPatch(canvas, first, size);
      const filter = patches.first + place;
      const text = this.translator.text("patches.filter.name", { filter: nameOf(filter), value: numberText(first?.value) });
      button.title = text;
      button.disabled = false;
      button.setAttribute("aria-label", text);
      button.setAttribute("aria-pressed", String(place === out));
      button.onclick = () => {
        this.chosen.set(layer, filter);
        this.renew();
      };
    });
  }

  /** The slider over the pictures of a film, and what plays it. @param {Film | null} film */
  #scrub(film) {
    const last = (film?.steps.length ?? 1) - 1;
    const at = film ? pictureAt(film.steps, this.playhead.step) : 0;
    this.slider.max = String(Math.max(1, last));
    this.slider.value = String(film ? at : 1);
    const step = film ? this.translator.format.count(film.steps[at]) : "";
    this.slider.setAttribute("aria-valuetext", step);
    this.slider.disabled = this.play.disabled = last < 1;
    const { next, pause, start } = this.play.dataset;
    write(this.play, (this.still.matches ? next : this.player.isPlaying ? pause : start) ?? "");
    this.say("step", film ? { step } : null);
  }

  /** To the next picture, from the newest to the first; the newest is the end. */
  #advance() {
    const film = this.#anyFilm;
    if (!film) return;
    const at = this.playhead.step === null ? 0 : pictureAt(film.steps, this.playhead.step) + 1;
    this.#go(at);
    if (at >= film.steps.length - 1) this.player.end();
  }

  /** @param {number} at the place of a picture */
  #go(at) {
    const film = this.#anyFilm;
    if (film) this.playhead.go(at >= film.steps.length - 1 ? null : film.steps[at]);
  }

  /** @returns {Film | null} */
  get #anyFilm() {
    for (const { layer } of this.#layers) {
      const patches = this.#found("patches", this.#of(layer).patches);
      const film = patches && this.#found("formation", this.#film(layer, patches));
      if (film) return film;
    }
    return null;
  }

  /** The layers that are shown. */
  get #layers() {
    const { experiment } = this.store;
    if (!this.isOpen || !experiment || this.lane.id === null) return [];
    return Object.entries(levelsOf(experiment.layers)).map(([level, layer]) => ({ level: /** @type {Level} */ (level), layer }));
  }

  /** @param {Layer} layer */
  #of({ name }) {
    return { patches: { kind: "patches", lane: this.lane.id, layer: name, first: firstOf(this.chosen.get(name) ?? 0) } };
  }

  /**
   * The film of the chosen filter, or of the first that anything excited when it was first looked at.
   * @param {Layer} layer
   * @param {Patches} patches
   */
  #film({ name }, patches) {
    const unasked = [this.lane.id, this.store.series.run, name].join();
    if (!this.chosen.has(unasked)) this.chosen.set(unasked, firstExcited(patches.filters));
    const out = this.chosen.get(name) ?? this.chosen.get(unasked);
    return { kind: "formation", lane: this.lane.id, layer: name, out, ...READABLE, frames: FRAMES };
  }

  /**
   * What was found about this very subject, in this run, if there is a picture of it.
   * @param {string} kind
   * @param {Subject} subject
   * @returns {any}
   */
  #found(kind, subject) {
    const found = this.store.finding(kind, subject);
    return found?.run === this.store.series.run && !found.too_large && this.isAbout(found, subject) ? found : null;
  }
}

/** @param {number | null | undefined} value */
function numberText(value) {
  return typeof value === "number" ? significant(value, DIGITS) : "–";
}
