import { loadTranslator } from "../base/i18n.js";
import { loadSheet } from "../base/sheet.js";
import { addFragment } from "../page/fragment.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/**
 * Let a button open the dialog of one's own images, which is loaded when it is wanted.
 * @param {HTMLButtonElement} button
 * @param {import("../base/i18n.js").Translator} translator
 * @param {(name: string | null) => void} changed called with the name of a data set that has been kept, or null: one has been deleted
 */
export function opensOwnData(button, translator, changed) {
  opens(
    button,
    new Part(async () => {
      const [{ OwnData }, words] = await Promise.all([
        import("../own-data/dialog.js"),
        loadTranslator(translator.language, "own-data/"),
        loadSheet("styles/own-data/own-data.css"),
        addFragment("own-data", translator),
      ]);
      const dialog = new OwnData(words, changed);
      button.addEventListener("click", () => dialog.open());
      return dialog;
    }),
  );
}
