import { find, part, stamp, write } from "../base/dom.js";
import { fromRoot } from "../base/root.js";
import { nameOf } from "../state/description.js";
import { settingsText, standingText } from "./facts.js";
import { LONGEST_NAME, messageOf } from "./server.js";

/**
 * One experiment of the list: its name, which leads to it, what it is and where it stands; it can be renamed here, duplicated, and
 * deleted, and as long as the list is open the deletion can be undone.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Listed} Listed
 *
 * @typedef {object} Around
 * @property {Translator} translator of the page
 * @property {Translator} words of the list
 * @property {import("./server.js").Server} server
 * @property {string} here the id of the experiment that the page shows
 * @property {() => void} changed called when there is another experiment, or one is different
 */

export class Row {
  /**
   * @param {Listed} experiment
   * @param {Around} around
   */
  constructor(experiment, around) {
    /** @type {Listed} */
    this.experiment = experiment;
    this.around = around;
    this.root = stamp("experiments-row");
    this.link = find(this.root, "a", HTMLAnchorElement);
    this.form = find(this.root, "form", HTMLFormElement);
    this.input = find(this.form, "input", HTMLInputElement);
    this.refusal = part(this.root, "refusal");
    this.link.href = fromRoot(`e/${experiment.id}`);
    if (experiment.id === around.here) this.link.setAttribute("aria-current", "page");
    this.input.maxLength = LONGEST_NAME;
    this.#on("rename", () => this.#edit());
    this.#on("duplicate", () => this.#duplicate());
    this.#on("delete", () => this.#delete());
    this.#on("undo", () => this.#undo());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#try(() => this.#rename());
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // which would close the dialog
      this.#show("there");
      this.#button("rename").focus();
    });
    this.#show("there");
  }

  /** @param {string} value */
  #button(value) {
    return find(this.root, `button[value="${value}"]`, HTMLButtonElement);
  }

  /**
   * @param {string} value
   * @param {() => unknown} act
   */
  #on(value, act) {
    this.#button(value).addEventListener("click", () => void this.#try(act));
  }

  /** @param {() => unknown} act */
  async #try(act) {
    if (this.root.ariaBusy === "true") return;
    write(this.refusal, "");
    this.root.ariaBusy = "true";
    try {
      await act();
    } catch (error) {
      write(this.refusal, messageOf(error));
    }
    this.root.ariaBusy = "false";
  }

  /** Whether it is deleted, and can be brought back here. */
  get isGone() {
    return this.root.dataset.state === "gone";
  }

  /** @param {Listed} experiment as it is now */
  renew(experiment) {
    this.experiment = experiment;
    if (this.root.ariaBusy !== "true") this.#show(this.root.dataset.state === "named" ? "named" : "there");
  }

  /** @param {"there" | "named" | "gone"} state */
  #show(state) {
    const { experiment, around } = this;
    const name = nameOf(experiment, around.translator);
    this.root.dataset.state = state;
    write(this.link, name);
    write(part(this.root, "settings"), settingsText(experiment, around.translator, around.words));
    write(part(this.root, "standing"), standingText(experiment, around.words, Date.now()));
    part(this.root, "standing").title = new Date(experiment.kept_at ?? experiment.created).toLocaleString(around.words.language);
    write(part(this.root, "deleted"), around.words.text("experiments.deleted", { name }));
    for (const what of ["rename", "duplicate", "delete"]) {
      this.#button(what).setAttribute("aria-label", around.words.text(`experiments.label.${what}`, { name }));
    }
  }

  #edit() {
    this.#show("named");
    this.input.value = this.experiment.name;
    this.input.placeholder = nameOf({ ...this.experiment, name: "" }, this.around.translator);
    this.input.select();
    this.input.focus();
  }

  async #rename() {
    const { name } = await this.around.server.rename(this.experiment.id, this.input.value);
    this.experiment = { ...this.experiment, name, kept: this.experiment.kept === "untouched" ? "yes" : this.experiment.kept };
    this.#show("there");
    this.around.changed();
    this.link.focus();
  }

  async #duplicate() {
    await this.around.server.duplicate(this.experiment.id, nameOf(this.experiment, this.around.translator));
    this.around.changed();
  }

  async #delete() {
    await this.around.server.remove(this.experiment.id);
    this.#show("gone");
    this.around.changed();
    this.#button("undo").focus();
  }

  async #undo() {
    await this.around.server.restore(this.experiment.id);
    if (this.experiment.id === this.around.here) location.reload();
    this.#show("there");
    this.around.changed();
    this.link.focus();
  }
}
