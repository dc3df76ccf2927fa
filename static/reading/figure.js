import { colourTable } from "../draw/colormap.js";
import { Maps, MOST_MAPS, reach } from "../draw/maps.js";
import { find, part, write } from "../base/dom.js";
import { valueText } from "../base/format.js";
import { ageOf } from "../state/freshness.js";
import { tiling } from "../studies/phases/stages.js";
import { weightOf } from "../state/selection.js";
import { currentTheme } from "../base/theme.js";

/**
 * A live figure in the reading: it declares what it needs, and draws what the page has of that. Its sentences are in the text itself,
 * in the text's language, with placeholders for numbers: `<p data-says="where">Lane {lane} …</p>`.
 *
 * @typedef {import("../stream/interest.js").Subject} Subject
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../state/store.js").Topic} Topic
 * @typedef {import("../base/types.js").Experiment} Experiment
 */

/** Keeps the height of a line until there are numbers. */
const NOTHING = "\u00a0";

export class Figure {
  /** The topics on which it is redrawn. @type {Topic[]} */
  topics = ["experiment", "run"];

  /**
   * @param {HTMLElement} root
   * @param {Page} page
   */
  constructor(root, { store, selection, image, translator }) {
    this.root = root;
    this.store = store;
    this.selection = selection;
    this.image = image;
    this.translator = translator;
    /** Whether it is on screen, and whether there is something newer to show. */
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

  /** Called when it wants something else, or to be drawn again. */
  renew = () => {};

  /** It has left the screen. */
  leave() {}

  /** What the server computes for it while it is on screen. @returns {Subject[]} */
  subjects() {
    return [];
  }

  /** Further tensors of the frames that it needs meanwhile. @returns {string[]} */
  quantities() {
    return [];
  }

  draw() {}

  /** Adapt to another theme; by default the next drawing does. */
  retheme() {}

  /** The lane that is selected on the page. */
  get lane() {
    const { experiment } = this.store;
    const index = this.selection.current?.lane ?? 0;
    return { index, id: experiment?.lanes[index]?.id ?? null };
  }

  /** The subject of the selected weight in its lane, with the image that contributes most. @returns {Subject[]} */
  get ofWeight() {
    const { current } = this.selection;
    const { id } = this.lane;
    return current && id !== null ? [{ kind: "weight", lane: id, weight: weightOf(current), image: null }] : [];
  }

  /** The subject of the page's image passing through the lane. @returns {Subject[]} */
  get ofTrace() {
    const { id } = this.lane;
    return id === null ? [] : [{ kind: "trace", lane: id, image: this.image.index }];
  }

  /**
   * The finding about what it wants, or about another subject of this kind, if it is of this run.
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
   * Whether a finding is about what it wants.
   * @param {import("../state/store.js").Finding} found
   * @param {Subject} subject
   */
  isAbout(found, subject) {
    return Object.entries(subject).every(([name, member]) => JSON.stringify(found[name]) === JSON.stringify(member));
  }

  /** Mark the figure if it shows another lane or weight than the selected one, or is too old. */
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
    write(element, values ? words.replace(/\{(\w+)\}/g, (_, key) => valueText(values[key])) : NOTHING);
  }

  /**
   * Paint maps beside each other on one colour scale, as large as fits.
   * @param {HTMLElement} place contains the canvas
   * @param {import("../stream/protocol.js").Values | null} values [map, row, col], levels or exact; null: nothing to show
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
   * Say that the network has no conv layer, which is all that the figure is about.
   * @param {string} name of the sentence that this replaces
   */
  lacks(name) {
    write(this.sentences[name].element, this.translator.text("board.no_kernels"));
  }

  /** @param {string} name */
  part(name) {
    return part(this.root, name);
  }

  /**
   * The place for a named picture in a column, made on first use.
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
