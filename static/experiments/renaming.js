import { find, part, write } from "../base/dom.js";
import { nameOf } from "../state/description.js";
import { LONGEST_NAME, messageOf, Server } from "./server.js";

/** The dialog in which the experiment of the page is given a name. All who look at it see the new one at once. */
export class Renaming {
  /**
   * @param {import("../page/page.js").Page} page
   * @param {HTMLButtonElement} opener
   * @param {import("../base/i18n.js").Translator} words
   */
  constructor({ id, store, translator }, opener, words) {
    const dialog = find(document, "#rename-dialog", HTMLDialogElement);
    const input = find(dialog, "input", HTMLInputElement);
    const refusal = part(dialog, "refusal");
    input.maxLength = LONGEST_NAME;
    opener.addEventListener("click", () => {
      if (!store.experiment) return;
      find(document, "#experiment-name", HTMLElement).focus();
      input.value = store.experiment.name;
      input.placeholder = nameOf({ ...store.experiment, name: "" }, translator);
      write(refusal, "");
      dialog.showModal();
      input.select();
    });
    find(dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => dialog.close());
    find(dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      new Server(words).rename(id, input.value).then(
        () => dialog.close(),
        (error) => write(refusal, messageOf(error)),
      );
    });
  }
}
