import { find, hide, write } from "../base/dom.js";
import { valueText } from "../base/format.js";

/**
 * What is left out, by name, and why; and which folders are taken as one class.
 *
 * @typedef {import("./unusable.js").Left} Left
 */

/** Files that are named. */
const NAMED = 200;
/** So few are shown without being asked for. */
const FEW = 10;

export class LeftOut {
  /**
   * @param {HTMLDetailsElement} root
   * @param {import("../base/i18n.js").Translator} words
   */
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.list = find(root, "ul", HTMLUListElement);
  }

  /** @param {{left: Left[], merged: string[]}} collection */
  show({ left, merged }) {
    const { words, list } = this;
    hide(this.root, left.length + merged.length === 0);
    const key = merged.length > 0 ? "own.left_or_merged" : "own.left";
    write(find(this.root, "summary", HTMLElement), words.text(key, { n: words.format.count(left.length + merged.length) }));
    const lines = [...merged.map((names) => words.text("own.merged", { names })), ...left.slice(0, NAMED).map((one) => this.text(one))];
    if (list.childElementCount === lines.length) return;
    if (list.childElementCount === 0) this.root.open = lines.length <= FEW;
    list.replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }

  /** @param {Left} left */
  text(left) {
    return this.words.text("own.named", { name: left.name, reason: this.reason(left) });
  }

  /** @param {{key: string, values?: Record<string, string | number>}} reason */
  reason({ key, values = {} }) {
    const written = Object.entries(values).map(([name, value]) => [
      name,
      Number.isInteger(value) ? this.words.format.count(Number(value)) : valueText(value),
    ]);
    return this.words.text(key, Object.fromEntries(written));
  }
}
