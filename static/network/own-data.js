import { loadTranslator } from "../base/i18n.js";
import { loadSheet } from "../base/sheet.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/**
 * Let a button open the dialog of one's own images, which is loaded when it is wanted.
 * @param {HTMLButtonElement} button
 * @param {string} language
 * @param {(name: string | null) => void} changed called with the name of a data set that has been kept, or null: one has been deleted
 */
export function opensOwnData(button, language, changed) {
  opens(
    button,
    new Part(async () => {
      const [{ OwnData }, words] = await Promise.all([
        import("../own-data/dialog.js"),
        loadTranslator(language, "own-data/"),
        loadSheet("styles/own-data/own-data.css"),
      ]);
      const dialog = new OwnData(words, changed);
      button.addEventListener("click", () => dialog.open());
      return dialog;
    }),
  );
}
