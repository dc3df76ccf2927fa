import { find, hide, part, stamp, write } from "../base/dom.js";
import { ownOnes, remove } from "./server.js";

/** The data sets of one's own that the server has, which can be deleted: at the second press, so that none is by mistake. */
export class Kept {
  /**
   * @param {HTMLElement} dialog
   * @param {import("../base/i18n.js").Translator} words
   * @param {(text: string) => void} say
   * @param {() => void} whenDeleted
   */
  constructor(dialog, words, say, whenDeleted) {
    this.root = part(dialog, "kept");
    this.list = find(this.root, "ul", HTMLUListElement);
    this.close = find(dialog, '[value="close"]', HTMLButtonElement);
    this.words = words;
    this.say = say;
    this.whenDeleted = whenDeleted;
  }

  async load() {
    try {
      const all = await ownOnes(this.words);
      this.list.replaceChildren(...all.map((one) => this.#row(one)));
      hide(this.root, all.length === 0);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {import("../base/types.js").ListedDataset} about */
  #row({ name, title, train_size: train, test_size: test, classes, image_shape: [, side], bytes, mine }) {
    const { words } = this;
    const row = stamp("own-kept");
    const values = {
      title,
      images: words.format.count(train + test),
      classes: classes.length,
      side,
      size: sizeText(bytes ?? 0, words.language),
    };
    write(part(row, "what"), words.text("own.kept.one", values));
    const button = find(row, "button", HTMLButtonElement);
    hide(button, !mine);
    const label = button.textContent;
    let isSure = false;
    button.addEventListener("blur", () => {
      isSure = false;
      write(button, label);
    });
    button.addEventListener("click", () => {
      if (!isSure) {
        isSure = true;
        write(button, words.text("own.delete.sure"));
        return;
      }
      button.disabled = true;
      void this.#delete(name);
    });
    return row;
  }

  /** @param {string} name */
  async #delete(name) {
    try {
      await remove(this.words, name);
      this.whenDeleted();
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
    await this.load();
    this.close.focus(); // its row is gone, or another
  }
}

/** @param {number} bytes @param {string} language */
function sizeText(bytes, language) {
  const isSmall = bytes < 1e6;
  const [value, unit] = isSmall ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumSignificantDigits: 2 }).format(value);
}
