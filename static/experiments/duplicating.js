import { fromRoot } from "../base/root.js";
import { writeQuery } from "../state/address.js";
import { nameOf } from "../state/description.js";
import { messageOf, Server } from "./server.js";

/** The menu's entry that copies the experiment of the page, and opens the copy in the same view. */
export class Duplicating {
  /**
   * @param {import("../page/page.js").Page} page
   * @param {HTMLButtonElement} button
   * @param {import("../base/i18n.js").Translator} words
   */
  constructor({ id, store, translator, settings, notices }, button, words) {
    button.addEventListener("click", () => {
      if (!store.experiment) return;
      button.disabled = true; // until the copy is opened, or refused
      new Server(words).duplicate(id, nameOf(store.experiment, translator)).then(
        (copy) => location.assign(fromRoot(`e/${copy.id}${writeQuery("", settings.view)}`)),
        (error) => {
          button.disabled = false;
          notices.toast(messageOf(error));
        },
      );
    });
  }
}
