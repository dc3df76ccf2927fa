import { writeQuery } from "../state/address.js";

/**
 * The page's address holds what the page shows: it is applied at first and kept up to date from then on, so that a reload, or whoever
 * gets the address, shows the same.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

/** Browsers limit how often a page may write its address. */
const WRITE_INTERVAL_MS = 300;

export class AddressBar {
  /** @param {Page} page */
  constructor({ store, settings, notices, translator }) {
    this.store = store;
    this.settings = settings;
    this.notices = notices;
    this.translator = translator;
    this.restored = false;
    /** @type {string | null} */
    this.written = null;
    this.timer = 0;
    this.links = [...document.querySelectorAll("a[hreflang], a[data-keeps]")].filter((link) => link instanceof HTMLAnchorElement);
    // Any of these may have changed a setting.
    for (const sign of ["change", "click", "keyup", "toggle"]) document.addEventListener(sign, () => this.follow(), { capture: true });
    addEventListener("pagehide", () => this.#write());
  }

  /** Apply the address once, as soon as the experiment and this viewer's rights are known. */
  restore() {
    const { experiment, audience } = this.store;
    if (this.restored || !experiment || !audience) return;
    this.restored = true;
    const ignored = this.settings.restore();
    if (ignored.length > 0)
      this.notices.toast(this.translator.text("address.ignored", { settings: this.translator.join("list", ignored) }));
    this.#write();
  }

  /** Write the address soon, because something may have changed. */
  follow() {
    if (this.timer === 0) this.timer = setTimeout(() => this.#write(), WRITE_INTERVAL_MS);
  }

  #write() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { experiment } = this.store;
    if (!this.restored || !experiment) return;
    const query = writeQuery(experiment.address, this.settings.view);
    if (query === this.written) return;
    this.written = query;
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
    for (const link of this.links) {
      const url = new URL(link.href);
      url.search = link.hreflang ? `${query || "?"}${query ? "&" : ""}lang=${link.hreflang}` : query;
      link.href = url.href;
    }
    this.settings.changed.tell();
  }
}

/**
 * Joins after all features that have settings.
 * @param {Page} page
 */
export function joinAddressBar(page) {
  const { store, selection, image, settings, playhead } = page;
  const bar = new AddressBar(page);
  // The server applies this one.
  settings.add("hide", { read: () => settings.first.hide ?? "", apply: () => true });
  store.on("experiment", () => bar.follow());
  selection.onChange(() => bar.follow());
  playhead.onChange(() => bar.follow());
  settings.applied.add(() => bar.follow());
  image.onChange(() => bar.follow());
  page.offer(() => bar.restore());
}
