import { find, hide } from "../base/dom.js";
import { remember, remembered } from "../base/storage.js";

/**
 * Help and tour: their buttons, and the offer of the tour on the first visit. What they show is fetched when it is wanted.
 *
 * @typedef {import("./shortcuts.js").Shortcuts} Shortcuts
 */

/** Set once the tour was taken or declined. */
const STORAGE_KEY = "kernelscope.tour";

export class Guide {
  /** @param {Shortcuts} shortcuts */
  constructor(shortcuts) {
    this.help = find(document, "#help", HTMLDialogElement);
    this.offer = find(document, "#tour-offer", HTMLElement);
    /** @type {import("./tour.js").Tour | null} */
    this.tour = null;
    const box = find(this.help, "#shortcuts", HTMLInputElement);
    box.checked = shortcuts.enabled;
    box.addEventListener("change", () => shortcuts.enable(box.checked));
    find(document, "#help-open", HTMLButtonElement).addEventListener("click", () => this.#openHelp());
    find(this.help, '[value="close"]', HTMLButtonElement).addEventListener("click", () => this.help.close());
    for (const opener of [find(document, "#tour-open", HTMLButtonElement), this.#offered("take")]) {
      opener.addEventListener("click", () => this.#beginTour());
    }
    this.#offered("dismiss").addEventListener("click", () => this.#decide());
    // Who reads the text beside the page is guided already.
    const reads = document.querySelector("#reading") !== null;
    hide(this.offer, reads || remembered(STORAGE_KEY) !== null);
  }

  async #openHelp() {
    const { fillHelp, loadWords } = await import("./guide.js");
    const words = await loadWords();
    fillHelp(this.help, words);
    if (!this.help.open) this.help.showModal();
  }

  async #beginTour() {
    this.#decide();
    const { Tour, loadWords } = await import("./guide.js");
    const words = await loadWords();
    this.tour ??= new Tour(words);
    this.tour.begin();
  }

  /** The offer is not made again. */
  #decide() {
    remember(STORAGE_KEY, "seen");
    hide(this.offer, true);
  }

  /** @param {string} value */
  #offered(value) {
    return find(this.offer, `button[value="${value}"]`, HTMLButtonElement);
  }
}
