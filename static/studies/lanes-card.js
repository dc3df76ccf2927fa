import { find, part } from "../base/dom.js";
import { isPrinting } from "../base/theme.js";

/**
 * A card about all the lanes that the tab shows, computed only while it can be seen: then it requests its subjects, and afterwards it
 * withdraws the request.
 *
 * @typedef {import("../stream/interest.js").Subject} Subject
 *
 * @typedef {import("../page/page.js").Page} Page
 */

/** How far below the window, as a share of it, what will be seen soon is computed already. */
const AHEAD = "50%";

export class LanesCard {
  /** The kinds of the subjects it shows, the main one first. @type {string[]} */
  kinds = [];

  /**
   * @param {string} id of its element
   * @param {Page} page
   */
  constructor(id, page) {
    this.id = id;
    this.page = page;
    this.store = page.store;
    this.translator = page.translator;
    /** The requested subjects. @type {Subject[]} */
    this.subjects = [];
    this.isNear = false;
    this.root = find(document, `#${id}`, HTMLElement);
    this.where = part(this.root, "where");
    this.body = part(this.root, "body");
    page.tabs.onChange(() => this.update());
    page.shownLanes.onChange(() => this.update());
    // The tab's own choice of lanes is a setting.
    page.settings.applied.add(() => this.update());
    const sight = new IntersectionObserver(
      (entries) => {
        this.isNear = entries.at(-1)?.isIntersecting ?? false;
        this.update();
      },
      { rootMargin: `0% 0% ${AHEAD}` },
    );
    sight.observe(this.root);
  }

  /** Whether it can be seen; paper has all of the tab. */
  get isShown() {
    return (this.isNear || isPrinting()) && this.page.tabs.current === "sees" && this.root.dataset.gone === undefined;
  }

  /** The ids of the lanes that the tab shows. */
  get lanes() {
    const ids = (this.store.experiment?.lanes ?? []).map(({ id }) => id);
    const alone = this.page.settings.all.get("sees")?.read() ?? "";
    return ids.includes(alone) ? [alone] : ids.filter((id) => !this.page.shownLanes.hidden.has(id));
  }

  /** React to other lanes, another tab, coming into sight. */
  update() {
    this.ask();
    if (this.isShown) this.draw();
  }

  /** Request what the card is about, after that has changed. */
  ask() {
    this.subjects = this.isShown && this.store.experiment ? this.asks() : [];
    const quantities = this.subjects.length > 0 ? this.quantities : [];
    this.page.session.interest.want(this.id, { subjects: this.subjects, quantities });
  }

  /** What it shows of each frame. @returns {string[]} */
  get quantities() {
    return [];
  }

  /**
   * The subjects that it shows.
   * @abstract
   * @returns {Subject[]}
   */
  asks() {
    throw new Error(`${this.id} says not what it wants`);
  }

  /**
   * Add a setting of the page's address, and apply what the address said before the card was there.
   * @param {"saliency" | "errors"} name
   * @param {import("../page/settings.js").Setting} setting
   */
  setting(name, setting) {
    const { settings, notices } = this.page;
    const early = settings.all.get(name)?.read() ?? "";
    settings.add(name, setting);
    if (early !== "" && !setting.apply(early)) notices.toast(this.text("address.ignored", { settings: name }));
  }

  /** Draw a new finding, or a change of what the card is about. */
  draw() {}

  /** Mark what is too old for the step now on screen. */
  age() {}

  /** Adapt to another theme. */
  retheme() {
    if (this.isShown) this.draw();
  }

  offer() {}

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  text = (key, values) => this.translator.text(key, values);
}
