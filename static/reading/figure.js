import { colourTable } from "../draw/colormap.js";
import { Maps, MOST_MAPS, reach } from "../draw/maps.js";
import { find, part, write } from "../base/dom.js";
import { ageOf } from "../state/freshness.js";
import { tiling } from "../studies/phases/stages.js";
import { weightOf } from "../state/selection.js";
import { currentTheme } from "../base/theme.js";

/**
 * A live figure in the reading: it says what it needs, and draws what the page beside it has of that. Its words stand in the
 * text itself, in the text's language, with places for numbers: `<p data-says="where">Lane {lane} …</p>`.
 *
 * @typedef {import("../stream/interest.js").Subject} Subject
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../state/store.js").Topic} Topic
 * @typedef {import("../base/types.js").Experiment} Experiment
 */

/** Until there are numbers: as high as a line. */
const NOTHING = "\u00a0";

export class Figure {
  /** What it is drawn from. @type {Topic[]} */
  topics = ["experiment", "run"];

  /**
   * @param {HTMLElement} root
   * @param {Page} page
   */
  constructor(root, { store, selection, translator }) {
    this.root = root;
    this.store = store;
    this.selection = selection;
    this.translator = translator;
    /** Whether it is on the screen, and whether what it shows is older than what there is. */
    this.seen = false;
    this.due = true;
    /** @type {Record<string, {element: HTMLElement, words: string}>} */
    this.sentences = {};
    for (const element of root.querySelectorAll("[data-says]")) {
      if (!(element instanceof HTMLElement)) continue;
      this.sentences[element.dataset.says ?? ""] = { element, words: element.textContent ?? "" };
      write(element, NOTHING);
    }
    /** @type {Map<string, Maps>} */
    this.pictures = new Map();
  }

  /** What the server is to compute for it while it is on the screen. @returns {Subject[]} */
  subjects() {
    return [];
  }

  /** Further tensors of the frames, likewise. @returns {string[]} */
  quantities() {
    return [];
  }

  draw() {}

  /** Other colours: what is drawn anew by itself needs nothing more. */
  retheme() {}

  /** Of the lane that the page beside it has selected. */
  get lane() {
    const { experiment } = this.store;
    const index = this.selection.current?.lane ?? 0;
    return { index, id: experiment?.lanes[index]?.id ?? null };
  }

  /** The selected weight in its lane, with the image that contributes most. @returns {Subject[]} */
  get ofWeight() {
    const { current } = this.selection;
    const { id } = this.lane;
    return current && id !== null ? [{ kind: "weight", lane: id, weight: weightOf(current), image: null }] : [];
  }

  /** The first image of the probe on its way through the lane. @returns {Subject[]} */
  get ofTrace() {
    const { id } = this.lane;
    return id === null ? [] : [{ kind: "trace", lane: id, image: 0 }];
  }

  /**
   * What has been found of what it wants, or of another subject of this kind, where it is of this run.
   * @param {string} kind
   */
  found(kind) {
    const found = this.store.finding(
      kind,
      this.subjects().find((subject) => subject.kind === kind),
    );
    return found?.run === this.store.series.run ? found : null;
  }

  /**
   * Whether what was found is what it wants.
   * @param {import("../state/store.js").Finding} found
   * @param {Subject} subject
   */
  isAbout(found, subject) {
    return Object.entries(subject).every(([name, member]) => JSON.stringify(found[name]) === JSON.stringify(member));
  }

  /** Shows whether what it has been drawn from is about another lane or weight than what is selected now, or too old by now. */
  age() {
    const past = this.subjects().some((subject) => {
      const found = this.found(subject.kind);
      return found !== null && (!this.isAbout(found, subject) || ageOf(found, this.store).late);
    });
    this.root.toggleAttribute("data-stale", past);
  }

  /**
   * @param {string} name
   * @param {Record<string, string | number> | null} values null: not known (yet)
   */
  say(name, values) {
    const { element, words } = this.sentences[name];
    write(element, values ? words.replace(/\{(\w+)\}/g, (_, key) => String(values[key])) : NOTHING);
  }

  /**
   * Maps beside each other on one colour scale, as large as there is room for.
   * @param {HTMLElement} place that holds the canvas
   * @param {import("../stream/protocol.js").Values | null} values [map, row, col], levels of the limit or exact; null: nothing to show
   * @param {{rows: number, cols: number}} map
   * @param {{scale?: "weight" | "gradient", limit?: number, height?: number}} [how]
   */
  paint(place, values, map, { scale = "weight", limit = reach(values ?? []), height = 96 } = {}) {
    const canvas = find(place, "canvas", HTMLCanvasElement);
    const key = place.dataset.part ?? "";
    const picture = this.pictures.get(key) ?? new Maps(canvas);
    this.pictures.set(key, picture);
    if (!values || place.clientWidth === 0) {
      picture.clear();
      return;
    }
    const count = Math.min(MOST_MAPS, values.length / (map.rows * map.cols));
    picture.paint(values, map, tiling(count, map, { width: place.clientWidth, height }), colourTable(scale, currentTheme()), limit);
  }

  /**
   * The network has no conv layer, and the figure is about nothing else.
   * @param {string} name of the sentence in whose place that is said
   */
  lacks(name) {
    write(this.sentences[name].element, this.translator.text("board.no_kernels"));
  }

  /** @param {string} name */
  part(name) {
    return part(this.root, name);
  }

  /**
   * A place for a picture in a column of them, under its name; made once.
   * @param {HTMLElement} column
   * @param {string} name
   */
  row(column, name) {
    const there = column.querySelector(`[data-part="${name}"]`);
    if (there instanceof HTMLElement) return there;
    const place = document.createElement("div");
    place.dataset.part = name;
    const canvas = document.createElement("canvas");
    canvas.hidden = true;
    canvas.setAttribute("aria-hidden", "true");
    const label = document.createElement("p");
    label.className = "quiet";
    label.dataset.part = "label";
    place.append(label, canvas);
    column.append(place);
    return place;
  }
}
