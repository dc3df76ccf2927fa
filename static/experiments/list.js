import { find, hide, part, write } from "../base/dom.js";
import { isNamed, searched } from "./facts.js";
import { Row } from "./row.js";
import { messageOf, Server } from "./server.js";

/**
 * The dialog of one's own experiments, a page at a time. While it is open it follows what becomes of them, here and in other tabs.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Listed} Listed
 */

/** Pause after the last keystroke before the server is asked. */
const PAUSE_MS = 200;
/** From one answer of the server to the next question, as long as the dialog is open and on screen. */
const RENEWAL_MS = 2500;

export class ExperimentList {
  /**
   * @param {import("../page/page.js").Page} page
   * @param {HTMLButtonElement} opener
   * @param {Translator} words
   */
  constructor({ id, translator }, opener, words) {
    this.translator = translator;
    this.words = words;
    this.server = new Server(words);
    this.around = { translator, words, server: this.server, here: id, changed: () => this.#changed() };
    this.dialog = find(document, "#experiments-dialog", HTMLDialogElement);
    this.search = find(this.dialog, 'input[type="search"]', HTMLInputElement);
    this.list = part(this.dialog, "list");
    this.said = part(this.dialog, "said");
    this.more = find(this.dialog, '[value="more"]', HTMLButtonElement);
    /** The rows that are shown, by the id of their experiment. @type {Map<string, Row>} */
    this.rows = new Map();
    /** How many the server has told, and the search that these are for. */
    this.told = 0;
    this.sought = "";
    this.timer = 0;
    this.renewal = 0;
    /** Counts requests: only the answer to the last one is shown. */
    this.asked = 0;
    /** The address of the next page. @type {string | null} */
    this.next = null;
    opener.addEventListener("click", () => this.#open());
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.#load(), PAUSE_MS);
    });
    this.more.addEventListener("click", () => void this.#load(this.next));
    find(this.dialog, '[value="close"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => clearTimeout(this.renewal));
  }

  #open() {
    // Where the focus goes back to: the menu's entry is no longer there then.
    find(document, "#experiment-name", HTMLElement).focus();
    this.search.value = "";
    this.told = 0;
    this.#place([]);
    write(this.said, "");
    this.dialog.showModal();
    this.search.focus();
    void this.#load();
  }

  /** @param {string | null} [next] the address of a further page; without it, the first ones replace all */
  async #load(next = null) {
    clearTimeout(this.timer);
    clearTimeout(this.renewal);
    this.asked += 1;
    const { asked } = this;
    const { value } = this.search;
    const { sent, shown } = searched(value, this.translator);
    const isSame = value === this.sought;
    try {
      const answer = await (next ? this.server.page(next) : this.server.list(sent, isSame ? this.told : 0));
      if (asked !== this.asked) return;
      this.sought = value;
      this.told = answer.found.length + (next ? this.told : 0);
      const rows = this.#rowsOf(answer.found.filter((one) => isNamed(one, shown, this.translator)));
      if (next) this.list.append(...rows.map(({ root }) => root));
      else this.#place(rows);
      this.next = answer.next;
      if (next) rows[0]?.link.focus();
      this.#say(this.list.childElementCount > 0 || this.next ? "" : this.#nothing());
    } catch (error) {
      if (asked === this.asked) this.#say(messageOf(error));
    }
    hide(this.more, this.next === null);
    this.#renew(RENEWAL_MS);
  }

  /** A row has changed something: what the server told before may come late. */
  #changed() {
    this.asked += 1;
    this.#renew(0);
  }

  /** @param {number} wait milliseconds */
  #renew(wait) {
    clearTimeout(this.renewal);
    if (!this.dialog.open) return;
    this.renewal = setTimeout(() => (document.hidden ? this.#renew(RENEWAL_MS) : void this.#load()), wait);
  }

  /** @param {Listed[]} found */
  #rowsOf(found) {
    return found.map((experiment) => {
      const row = this.rows.get(experiment.id) ?? new Row(experiment, this.around);
      row.renew(experiment);
      this.rows.set(experiment.id, row);
      return row;
    });
  }

  /**
   * Show these rows, and those whose deletion can be undone here. What stays where it is keeps the focus.
   * @param {Row[]} rows
   */
  #place(rows) {
    const wanted = new Set(rows);
    for (const [id, row] of this.rows) {
      if (wanted.has(row) || row.isGone) continue;
      if (row.root.contains(document.activeElement)) this.search.focus();
      row.root.remove();
      this.rows.delete(id);
    }
    const gone = new Set([...this.rows.values()].filter((row) => !wanted.has(row)).map(({ root }) => root));
    let place = this.list.firstElementChild;
    for (const { root } of rows) {
      while (place instanceof HTMLElement && gone.has(place)) place = place.nextElementSibling;
      if (place === root) place = root.nextElementSibling;
      else this.list.insertBefore(root, place);
    }
  }

  #nothing() {
    const search = this.search.value.trim();
    return search ? this.words.text("experiments.none.found", { search }) : this.words.text("experiments.none");
  }

  /** @param {string} text */
  #say(text) {
    write(this.said, text);
  }
}
