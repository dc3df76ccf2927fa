import { find, hide } from "../base/dom.js";
import { loadTranslator } from "../base/i18n.js";
import { remember, remembered } from "../base/storage.js";
import { Part } from "../page/part.js";
import { Focus } from "./focus.js";
import { Shortcuts } from "./shortcuts.js";
import { Tooltip } from "./tooltip.js";

/**
 * Keys, help and tour: their buttons, and the offer of the tour on the first visit. What they show is fetched when it is wanted.
 */

/** Set once the tour has been taken or declined. */
const STORAGE_KEY = "kernelscope.tour";

/** The long texts of help and tour, fetched like these when somebody wants them. */
const loadWords = () => loadTranslator(document.documentElement.lang, "guide/");
const HELP = new Part(async () => ({ ...(await import("./help.js")), words: await loadWords() }));

export class Guide {
  /**
   * @param {Shortcuts} shortcuts
   * @param {import("../page/page.js").Page} page
   */
  constructor(shortcuts, { showTabOf, store, selection }) {
    const ownLane = () => store.experiment?.lanes[selection.current?.lane ?? 0]?.id;
    this.tour = new Part(async () => new (await import("./tour.js")).Tour(await loadWords(), { showTabOf, ownLane }));
    this.help = find(document, "#help", HTMLDialogElement);
    this.offer = find(document, "#tour-offer", HTMLElement);
    const box = find(this.help, "#shortcuts", HTMLInputElement);
    box.checked = shortcuts.enabled;
    box.addEventListener("change", () => shortcuts.enable(box.checked));
    find(document, "#help-open", HTMLButtonElement).addEventListener("click", () => this.#openHelp());
    find(this.help, '[value="close"]', HTMLButtonElement).addEventListener("click", () => this.help.close());
    for (const opener of [find(document, "#tour-open", HTMLButtonElement), this.#offered("take")]) {
      opener.addEventListener("click", () => this.#beginTour());
    }
    this.#offered("dismiss").addEventListener("click", () => this.#decide());
    // The reading beside the page is a guide already.
    const reads = document.querySelector("#reading") !== null;
    hide(this.offer, reads || remembered(STORAGE_KEY) !== null);
  }

  async #openHelp() {
    const here = await HELP.want();
    if (!here || this.help.open) return;
    here.fillHelp(this.help, here.words);
    this.help.showModal();
  }

  async #beginTour() {
    this.#decide();
    const tour = await this.tour.want();
    tour?.begin();
  }

  /** Don't offer the tour again. */
  #decide() {
    remember(STORAGE_KEY, "seen");
    hide(this.offer, true);
  }

  /** @param {string} value */
  #offered(value) {
    return find(this.offer, `button[value="${value}"]`, HTMLButtonElement);
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinGuide(page) {
  new Guide(new Shortcuts(new Focus()), page);
}

export function joinTooltips() {
  new Tooltip();
}
