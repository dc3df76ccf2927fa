import { find, hide } from "../base/dom.js";
import { loadTranslator } from "../base/i18n.js";
import { loadSheet } from "../base/sheet.js";
import { remember, remembered } from "../base/storage.js";
import { addFragment } from "../page/fragment.js";
import { Part } from "../page/part.js";
import { Focus } from "./focus.js";
import { Shortcuts } from "./shortcuts.js";
import { Tooltip } from "./tooltip.js";

/**
 * Keys, help and tour: their buttons, and the offer of the tour on the first visit. What they show is fetched when it is wanted.
 */

/** Set once the tour has been taken or declined. */
const STORAGE_KEY = "kernelscope.tour";

export class Guide {
  /**
   * @param {Shortcuts} shortcuts
   * @param {import("../page/page.js").Page} page
   */
  constructor(shortcuts, { translator, showTabOf, store, selection }) {
    const ownLane = () => store.experiment?.lanes[selection.current?.lane ?? 0]?.id;
    /** The long texts, the elements and the styles of one of the two. @param {"help" | "tour"} name */
    const load = async (name) => {
      const words = loadTranslator(translator.language, "guide/");
      const [found] = await Promise.all([words, loadSheet(`styles/guide/${name}.css`), addFragment(name, translator)]);
      return found;
    };
    this.help = new Part(async () => {
      const [{ Help }, words] = await Promise.all([import("./help.js"), load("help")]);
      return new Help(words, shortcuts);
    });
    this.tour = new Part(async () => {
      const [{ Tour }, words] = await Promise.all([import("./tour.js"), load("tour")]);
      return new Tour(words, { showTabOf, ownLane });
    });
    this.offer = find(document, "#tour-offer", HTMLElement);
    find(document, "#help-open", HTMLButtonElement).addEventListener("click", () => this.#openHelp());
    for (const opener of [find(document, "#tour-open", HTMLButtonElement), this.#offered("take")]) {
      opener.addEventListener("click", () => this.#beginTour());
    }
    this.#offered("dismiss").addEventListener("click", () => this.#decide());
    // The reading beside the page is a guide already.
    const reads = document.querySelector("#reading") !== null;
    hide(this.offer, reads || remembered(STORAGE_KEY) !== null);
  }

  async #openHelp() {
    const help = await this.help.want();
    help?.open();
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
