import { writeQuery } from "../state/address.js";

/**
 * The address of the page says what the page shows: what it says at first is applied, and from then on it follows, so that a
 * page that is loaded again, and an address that is handed on, show the same.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

/** Browsers let a page write its address a few times a second. */
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
    // Whatever has been set, by hand or by a key.
    for (const sign of ["change", "click", "keyup", "toggle"]) document.addEventListener(sign, () => this.follow(), { capture: true });
    addEventListener("pagehide", () => this.#write());
  }

  /** Applies what the address says, once, as soon as it is known what there is and what this viewer may do. */
  restore() {
    const { experiment, audience } = this.store;
    if (this.restored || !experiment || !audience) return;
    this.restored = true;
    const ignored = this.settings.restore();
    if (ignored.length > 0)
      this.notices.toast(this.translator.text("address.ignored", { settings: this.translator.join("list", ignored) }));
    this.#write();
  }

  /** Something may have changed. */
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
  }
}

/**
 * Joins after all features that have settings.
 * @param {Page} page
 */
export function joinAddressBar(page) {
  const { store, selection, settings } = page;
  const bar = new AddressBar(page);
  // The server has left those parts out.
  settings.add("hide", { read: () => settings.first.hide ?? "", apply: () => true });
  store.on("experiment", () => bar.follow());
  selection.onChange(() => bar.follow());
  page.offer(() => bar.restore());
}
