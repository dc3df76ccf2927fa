import { hide, part, write } from "./dom.js";

/** Which filters of a layer are shown, out of all, with buttons that turn the page; not there where one page has all. */
export class Pager {
  /**
   * @param {HTMLElement} root which has it
   * @param {import("./i18n.js").Translator} translator
   * @param {(by: number) => void} turn pages, forward or (below 0) back
   */
  constructor(root, translator, turn) {
    this.root = part(root, "pager");
    this.translator = translator;
    this.page = part(this.root, "page");
    this.turns = [...this.root.querySelectorAll("button")];
    for (const button of this.turns) button.addEventListener("click", () => turn(Number(button.value)));
  }

  /**
   * @param {number} first filter of the page
   * @param {number} count on a page
   * @param {number} total
   */
  show(first, count, total) {
    hide(this.root, count >= total);
    const last = Math.min(total, first + count);
    write(this.page, this.translator.text("pager.filters", { first, last: last - 1, total }));
    this.turns[0].disabled = first === 0;
    this.turns[1].disabled = last === total;
  }
}

/** Which way a key turns the page; 0: it does not. @param {KeyboardEvent} event */
export function turnOf({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return 0;
  return key === "PageDown" ? 1 : key === "PageUp" ? -1 : 0;
}
