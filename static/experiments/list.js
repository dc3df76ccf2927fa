import { find, hide, part, write } from "../base/dom.js";
import { isNamed, searched } from "./facts.js";
import { Row } from "./row.js";
import { messageOf, Server } from "./server.js";

/**
 * The dialog of one's own experiments, loaded anew whenever it is opened, a page at a time.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Listed} Listed
 */

/** Pause after the last keystroke before the server is asked. */
const PAUSE_MS = 200;

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
    this.around = { translator, words, server: this.server, here: id, changed: () => void this.#load() };
    this.dialog = find(document, "#experiments-dialog", HTMLDialogElement);
    this.search = find(this.dialog, 'input[type="search"]', HTMLInputElement);
    this.list = part(this.dialog, "list");
    this.said = part(this.dialog, "said");
    this.more = find(this.dialog, '[value="more"]', HTMLButtonElement);
    this.timer = 0;
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
  }

  #open() {
    // Where the focus goes back to: the menu's entry is no longer there then.
    find(document, "#experiment-name", HTMLElement).focus();
    this.search.value = "";
    this.list.replaceChildren();
    write(this.said, "");
    this.dialog.showModal();
    this.search.focus();
    void this.#load();
  }

  /** @param {string | null} [next] the address of a further page; without it, the first one replaces all */
  async #load(next = null) {
    clearTimeout(this.timer);
    this.asked += 1;
    const { asked } = this;
    const { sent, shown } = searched(this.search.value, this.translator);
    try {
      const { found, next: further } = await (next ? this.server.page(next) : this.server.list(sent));
      if (asked !== this.asked) return;
      const rows = found.filter((one) => isNamed(one, shown, this.translator)).map((one) => new Row(one, this.around).root);
      if (next) this.list.append(...rows);
      else this.list.replaceChildren(...rows);
      this.next = further;
      if (next) rows[0]?.querySelector("a")?.focus();
      this.#say(this.list.childElementCount > 0 || further ? "" : this.#nothing());
    } catch (error) {
      if (asked === this.asked) this.#say(messageOf(error));
    }
    hide(this.more, this.next === null);
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
