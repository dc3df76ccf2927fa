import { cellText, listOf, readCell, readView, USUAL, writeQuery } from "../state/address.js";
import { find } from "../base/dom.js";

/**
 * The address of the page says what the page shows: what it says at first is applied, and from then on it follows, so that a
 * page that is loaded again, and an address that is handed on, show the same.
 *
 * @typedef {import("../state/address.js").SettingName} SettingName
 * @typedef {import("../state/address.js").View} View
 * @typedef {import("../base/types.js").Experiment} Experiment
 *
 * @typedef {object} Shown  what has settings that an address can have
 * @property {import("../state/store.js").Store} store
 * @property {import("../state/selection.js").Selection} selection
 * @property {import("../board/view-switch.js").ViewSwitch} kernelView
 * @property {import("../board/board.js").Board} board
 * @property {(command: Record<string, unknown>) => void} send
 * @property {(lane: string) => void} onHide
 *
 * @typedef {object} Setting
 * @property {() => string} read
 * @property {(text: string) => boolean} apply  whether there is such a thing
 */

/** Browsers let a page write its address a few times a second. */
const WRITE_INTERVAL_MS = 300;
/** The cards, by their names in an address. @type {Record<string, string>} */
const STUDIES = { phases: "phases", weight: "one-weight", line: "loss-line", lens: "batch-lens" };

export class AddressBar {
  /**
   * @param {Shown} shown
   * @param {(ignored: string[]) => void} onIgnored settings that the address has and the experiment hasn't
   */
  constructor(shown, onIgnored) {
    this.shown = shown;
    this.onIgnored = onIgnored;
    this.first = readView(location.search);
    this.restored = false;
    /** @type {string | null} */
    this.written = null;
    this.settings = this.#settings();
    this.timer = 0;
    // Whatever has been set, by hand or by a key.
    for (const sign of ["change", "click", "keyup", "toggle"]) document.addEventListener(sign, () => this.follow(), { capture: true });
    addEventListener("pagehide", () => this.#write());
    this.links = [...document.querySelectorAll("a[hreflang], a[data-keeps]")].filter((link) => link instanceof HTMLAnchorElement);
  }

  /** @returns {Partial<View>} */
  get view() {
    return Object.fromEntries(Object.entries(this.settings).map(([name, { read }]) => [name, read()]));
  }

  /** Once, as soon as it is known what there is, and what this viewer may do. */
  restore() {
    const { experiment, audience } = this.shown.store;
    if (this.restored || !experiment || !audience) return;
    this.restored = true;
    const wanted = /** @type {[SettingName, string][]} */ (Object.entries(this.first));
    // In the order of the settings: what a view compares with comes after the view.
    const order = Object.keys(this.settings);
    wanted.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
    const ignored = wanted.filter(([name, text]) => text !== USUAL[name] && !this.settings[name].apply(text));
    if (ignored.length > 0) this.onIgnored(ignored.map(([name]) => name));
    this.#write();
  }

  /** Something may have changed. */
  follow() {
    if (this.timer === 0) this.timer = setTimeout(() => this.#write(), WRITE_INTERVAL_MS);
  }

  #write() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { experiment } = this.shown.store;
    if (!this.restored || !experiment) return;
    const query = writeQuery(experiment.address, this.view);
    if (query === this.written) return;
    this.written = query;
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
    for (const link of this.links) {
      const url = new URL(link.href);
      url.search = link.hreflang ? `${query || "?"}${query ? "&" : ""}lang=${link.hreflang}` : query;
      link.href = url.href;
    }
  }

  /** @returns {Record<SettingName, Setting>} */
  #settings() {
    const { store, selection, kernelView, board, send, onHide } = this.shown;
    const experiment = () => /** @type {Experiment} */ (store.experiment);
    const lanes = () => experiment().lanes.map(({ id }) => id);
    const theme = find(document, "#theme", HTMLSelectElement);
    const { hide = "" } = this.first;
    return {
      view: menu("view"),
      dense: {
        read: () => [...kernelView.choice.dense].sort().join(","),
        apply: (text) => kernelView.showDense(listOf(text)),
      },
      against: {
        read: () => (kernelView.choice.view === "lane" ? kernelView.choice.against : ""),
        apply: menu("against").apply,
      },
      without: {
        read: () => lanes().filter((id) => board.hidden.has(id)).join(","),
        apply(text) {
          const known = listOf(text).filter((id) => lanes().includes(id));
          known.forEach(onHide);
          return known.length > 0;
        },
      },
      cell: {
        read() {
          const { current, chosen } = selection;
          return current && chosen ? cellText(current.layer, lanes()[current.lane] ?? "", current.cell) : "";
        },
        apply(text) {
          const found = readCell(text);
          const lane = lanes().indexOf(found?.lane ?? "");
          const shape = board.rows.find(({ name }) => name === found?.layer)?.card.shape;
          if (!found || lane < 0 || !shape) return false;
          const { layer, cell } = found;
          const isThere = cell.out < shape.out && cell.in < shape.in && cell.row < shape.rows && cell.col < shape.cols;
          if (isThere) selection.set({ layer, lane, cell });
          return isThere;
        },
      },
      upper: menu("measure-upper"),
      lower: menu("measure-lower"),
      x: menu("chart-x"),
      scale: buttons("scale"),
      xscale: buttons("scale-x"),
      smooth: menu("chart-smoothing"),
      speed: {
        read: () => String(experiment().steps_per_second ?? ""),
        apply: (text) => this.#pace({ type: "set_speed", steps_per_second: Number(text) }, send),
      },
      fps: {
        read: () => String(experiment().frames_per_second),
        apply: (text) => this.#pace({ type: "set_frame_rate", frames_per_second: Number(text) }, send),
      },
      open: {
        read: () => Object.keys(STUDIES).filter((name) => card(name).open).join(","),
        apply(text) {
          const known = listOf(text).filter((name) => name in STUDIES);
          for (const name of known) card(name).open = true;
          return known.length > 0;
        },
      },
      theme: { read: () => (theme.value === "system" ? "" : theme.value), apply: () => theme.value !== "system" },
      hide: { read: () => hide, apply: () => true },
    };
  }

  /**
   * @param {Record<string, unknown>} command
   * @param {(command: Record<string, unknown>) => void} send
   */
  #pace(command, send) {
    const isNumber = Object.values(command).every((value) => typeof value === "string" || Number.isFinite(value));
    if (isNumber && this.shown.store.audience?.control) send(command);
    return isNumber;
  }
}

/** @param {string} id @returns {Setting} */
function menu(id) {
  const select = find(document, `#${id}`, HTMLSelectElement);
  return {
    read: () => select.value,
    apply(text) {
      if (![...select.options].some(({ value }) => value === text)) return false;
      select.value = text;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      return true;
    },
  };
}

/** @param {"scale" | "scale-x"} name @returns {Setting} */
function buttons(name) {
  const all = [...document.querySelectorAll(`[data-${name}]`)].filter((button) => button instanceof HTMLElement);
  const valueOf = (/** @type {HTMLElement} */ button) => button.getAttribute(`data-${name}`) ?? "";
  return {
    read() {
      const pressed = all.find((button) => button.getAttribute("aria-pressed") === "true");
      return pressed ? valueOf(pressed) : "";
    },
    apply(text) {
      const button = all.find((one) => valueOf(one) === text);
      button?.click();
      return button !== undefined;
    },
  };
}

/** @param {string} name */
function card(name) {
  return find(document, `#${STUDIES[name]}`, HTMLDetailsElement);
}
