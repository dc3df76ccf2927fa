import { find, part, write } from "../dom.js";

/**
 * Who holds the controls: those who only watch are told so and may open an experiment of their own; whoever holds them
 * can hand out an address for watching.
 *
 * @typedef {import("../i18n.js").Translator} Translator
 * @typedef {import("../types.js").Audience} Audience
 */

const COPIED_SHOWN_MS = 2500;

export class AudienceView {
  /**
   * @param {string} id of the experiment
   * @param {Translator} translator
   */
  constructor(id, translator) {
    this.translator = translator;
    this.watching = find(document, "#watching", HTMLElement);
    this.openOwn = find(document, "#open-own", HTMLFormElement);
    this.share = find(document, "#share", HTMLButtonElement);
    this.address = find(document, "#share-address", HTMLInputElement);
    this.address.value = `${location.origin}/w/${id}`;
    this.timer = 0;
    this.share.addEventListener("click", () => this.#copy());
    this.address.addEventListener("focus", () => this.address.select());
  }

  /** @param {Audience} audience */
  update({ control, may_open: mayOpen }) {
    this.watching.hidden = control;
    this.openOwn.hidden = !mayOpen;
    this.share.hidden = !control;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.address.value);
    } catch {
      // Browsers lend the clipboard only to pages that came over a safe connection, and to whoever allows it.
      this.address.hidden = false;
      this.address.focus();
      return;
    }
    this.#label("share.copied");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#label("share.copy"), COPIED_SHOWN_MS);
  }

  /** @param {string} key */
  #label(key) {
    write(part(this.share, "label"), this.translator.text(key));
  }
}
