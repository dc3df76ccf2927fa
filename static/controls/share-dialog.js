import { writeQuery } from "../state/address.js";
import { find, part, write } from "../base/dom.js";
import { fromRoot } from "../base/root.js";

/**
 * The dialog of addresses to share: one opens a new experiment with these settings, at the other one can watch this experiment; both
 * show it as it is shown here, without the parts left out.
 */

const COPIED_SHOWN_MS = 2500;

export class ShareDialog {
  /** @param {import("../page/page.js").Page} page */
  constructor({ id, store, translator, settings }) {
    this.id = id;
    this.store = store;
    this.translator = translator;
    this.settings = settings;
    this.dialog = find(document, "#share-dialog", HTMLDialogElement);
    this.boxes = [...this.dialog.querySelectorAll('input[type="checkbox"]')].filter((box) => box instanceof HTMLInputElement);
    this.timer = 0;
    find(document, "#share", HTMLButtonElement).addEventListener("click", () => this.#open());
    find(this.dialog, '[value="close"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    for (const box of this.boxes) box.addEventListener("change", () => this.#write());
    for (const name of ["anew", "watch"]) {
      const field = this.#field(name);
      field.addEventListener("focus", () => field.select());
      find(this.dialog, `[value="${name}"]`, HTMLButtonElement).addEventListener("click", (event) => {
        if (event.currentTarget instanceof HTMLElement) void this.#copy(field, event.currentTarget);
      });
    }
  }

  #open() {
    const hidden = (this.settings.view.hide ?? "").split(",");
    for (const box of this.boxes) box.checked = hidden.includes(box.value);
    this.#write();
    this.dialog.showModal();
  }

  #write() {
    const hide = this.boxes.filter((box) => box.checked).map((box) => box.value);
    // Everybody has their own theme and screen.
    const view = { ...this.settings.view, hide: hide.join(","), theme: "", projection: "" };
    const { address = "" } = this.store.experiment ?? {};
    this.#field("anew").value = fromRoot(writeQuery(address, view));
    // Watchers can't set the pace.
    this.#field("watch").value = fromRoot(`w/${this.id}${writeQuery("", { ...view, speed: "", fps: "30" })}`);
  }

  /**
   * @param {HTMLInputElement} field
   * @param {HTMLElement} button
   */
  async #copy(field, button) {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // The clipboard needs a secure connection and permission.
      field.focus();
      write(part(this.dialog, "said"), this.translator.text("share.by_hand"));
      return;
    }
    write(part(this.dialog, "said"), this.translator.text("share.copied"));
    button.toggleAttribute("data-done", true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      write(part(this.dialog, "said"), "");
      button.toggleAttribute("data-done", false);
    }, COPIED_SHOWN_MS);
  }

  /** @param {string} name */
  #field(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }
}
