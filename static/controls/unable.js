/**
 * The reason why something is grey that the source of the numbers can't do: where the pointer, the Tab key and a screen reader find
 * it. So it stays reachable, and does nothing but say the reason. Loaded when there is such a thing.
 */

const UNABLE = "[data-unable]";
const CONTROLS = "button, input, select, textarea, a";
/** Keys that change what a menu or slider says. */
const CHANGING = /^(Arrow|Home|End|Page|Enter)/;

export class Unable {
  /** @param {import("../page/page.js").Page} page */
  constructor({ translator, notices }) {
    this.notices = notices;
    this.reason = translator.text("unable");
    /** What is marked, with its own explanation. @type {Map<HTMLElement, string>} */
    this.marked = new Map();
    // Its feature goes on offering and explaining it.
    this.watch = new MutationObserver((changes) => {
      for (const { target } of changes) if (target instanceof HTMLElement) this.#keep(target);
    });
    for (const type of ["click", "submit", "beforeinput", "keydown"]) {
      document.addEventListener(type, (event) => this.#swallow(event), { capture: true });
    }
  }

  /** Follow what is marked now. */
  update() {
    for (const element of this.marked.keys()) if (!element.isConnected || !element.matches(UNABLE)) this.#free(element);
    for (const element of document.querySelectorAll(UNABLE)) {
      if (element instanceof HTMLElement && !this.marked.has(element)) this.#mark(element);
    }
  }

  /** @param {HTMLElement} element */
  #mark(element) {
    this.marked.set(element, element.title);
    element.title = this.reason;
    this.watch.observe(element, { attributeFilter: ["title"] });
    if (element.matches(".card")) {
      const note = document.createElement("p");
      note.className = "quiet unable";
      note.textContent = this.reason;
      element.append(note);
      return;
    }
    for (const control of controlsOf(element)) {
      control.setAttribute("aria-disabled", "true");
      control.setAttribute("aria-description", this.reason);
      control.removeAttribute("disabled");
      this.watch.observe(control, { attributeFilter: ["title", "disabled"] });
    }
  }

  /** @param {HTMLElement} element */
  #free(element) {
    element.title = this.marked.get(element) ?? "";
    this.marked.delete(element);
    element.querySelector(".unable")?.remove();
    for (const control of controlsOf(element)) {
      control.removeAttribute("aria-disabled");
      control.removeAttribute("aria-description");
    }
  }

  /** @param {HTMLElement} element whose title or state has been written */
  #keep(element) {
    if (!element.closest(UNABLE)) return;
    if (!element.matches("option")) element.removeAttribute("disabled");
    // The bubble of explanations takes a title away for a while.
    if (!this.marked.has(element) || !element.title || element.title === this.reason) return;
    this.marked.set(element, element.title);
    element.title = this.reason;
  }

  /** @param {Event} event */
  #swallow(event) {
    const element = event.target instanceof Element ? event.target.closest(UNABLE) : null;
    if (!element) return;
    if (event instanceof KeyboardEvent && !changes(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "click") this.notices.toast(this.reason, "news");
  }
}

/** @param {HTMLElement} element */
const controlsOf = (element) => [...(element.matches(CONTROLS) ? [element] : []), ...element.querySelectorAll(CONTROLS)];

/** @param {KeyboardEvent} event */
function changes({ key, target }) {
  if (!(target instanceof Element)) return false;
  return target.matches("select") ? CHANGING.test(key) || key.length === 1 : target.matches("input") && CHANGING.test(key);
}
