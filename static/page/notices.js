import { find, part, write } from "../base/dom.js";

/** Messages beside the numbers: a lasting banner, passing messages, and announcements for a screen reader. */

const TOAST_MS = 8000;
const MOST_TOASTS = 3;

export class Notices {
  constructor() {
    this.bannerElement = find(document, "#banner", HTMLElement);
    this.bannerText = part(this.bannerElement, "text");
    this.toasts = find(document, "#toasts", HTMLElement);
    this.announcer = find(document, "#announcer", HTMLElement);
  }

  /** @param {string | null} text null removes it */
  banner(text) {
    this.bannerElement.hidden = text === null;
    write(this.bannerText, text ?? "");
  }

  /**
   * @param {string} text
   * @param {"error" | "news"} [kind]
   */
  toast(text, kind = "error") {
    const toast = document.createElement("p");
    toast.className = "toast";
    toast.dataset.kind = kind;
    toast.textContent = text;
    this.toasts.append(toast);
    if (this.toasts.childElementCount > MOST_TOASTS) this.toasts.firstElementChild?.remove();
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  /** @param {string} text */
  announce(text) {
    write(this.announcer, text);
  }
}
