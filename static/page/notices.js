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

  /**
   * Offer to take back what has just been done, in place of the previous offer.
   * @param {string} text
   * @param {() => void} act
   */
  offer(text, act) {
    this.withdraw();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast";
    button.dataset.kind = "offer";
    button.textContent = text;
    const timer = setTimeout(() => this.withdraw(), TOAST_MS);
    this.withdraw = () => {
      clearTimeout(timer);
      button.remove();
    };
    button.addEventListener("click", () => {
      this.withdraw();
      act();
    });
    this.toasts.append(button);
  }

  /** Take the offer back: it has been accepted, or is none any more. */
  withdraw = () => {};

  /** @param {string} text */
  announce(text) {
    write(this.announcer, text);
  }
}
