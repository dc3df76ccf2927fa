import { find, hide, part, write } from "../base/dom.js";
import { Collection } from "./collection.js";
import { Column } from "./column.js";
import { Kept } from "./kept.js";
import { LeftOut } from "./left-out.js";
import { packed } from "./packing.js";
import { keep } from "./server.js";
import { broughtBy, chosen, dropped } from "./sources.js";
import { Unusable } from "./unusable.js";
import { heldOut, wrong } from "./wish.js";

/**
 * The dialog that makes a data set of one's own images: they are brought, sorted into classes, and shown as networks will see them
 * before they are kept.
 *
 * @typedef {import("./collection.js").Class} Class
 * @typedef {import("./collection.js").Picture} Picture
 * @typedef {import("./sources.js").Entry} Entry
 */

/** From one picture of the dialog to the next while pictures are read: with a hundred classes it takes as long as many of them. */
const WHILE_READING_MS = 500;

export class OwnData {
  /**
   * @param {import("../base/i18n.js").Translator} words
   * @param {(name: string | null) => void} changed called with the name of a data set that has been kept, or null: one has been deleted
   */
  constructor(words, changed) {
    this.words = words;
    this.whenKept = changed;
    this.dialog = find(document, "#own-data", HTMLDialogElement);
    this.list = part(this.dialog, "classes");
    this.trouble = part(this.dialog, "trouble");
    this.refusal = part(this.dialog, "refusal");
    this.begin = find(this.dialog, '[value="keep"]', HTMLButtonElement);
    this.move = find(this.dialog, 'select[name="move"]', HTMLSelectElement);
    this.colour = find(this.dialog, 'select[name="colour"]', HTMLSelectElement);
    this.size = find(this.dialog, 'select[name="size"]', HTMLSelectElement);
    this.collection = new Collection();
    /** @type {Set<Picture>} */
    this.selected = new Set();
    /** @type {Map<Class, Column>} */
    this.columns = new Map();
    /** The class for which files are being chosen. @type {Class | null} */
    this.into = null;
    this.left = new LeftOut(find(this.dialog, "details", HTMLDetailsElement), words);
    this.isKeeping = false;
    this.isDue = false;
    this.timer = 0;
    this.kept = new Kept(
      this.dialog,
      words,
      (text) => write(this.refusal, text),
      () => changed(null),
    );
    this.around = {
      collection: this.collection,
      words,
      selected: this.selected,
      changed: () => this.#soon(),
      choose: (/** @type {Class} */ group) => this.#choose("files", group),
    };
    this.collection.changed.add(() => this.#soon());
    this.collection.decoded.add(() => this.#nowAndThen());
    this.#listen();
  }

  open() {
    this.#say("");
    this.dialog.showModal();
    void this.kept.load();
    this.#show();
  }

  #listen() {
    const on = (/** @type {string} */ value, /** @type {() => void} */ act) =>
      find(this.dialog, `[value="${value}"]`, HTMLButtonElement).addEventListener("click", act);
    on("folder", () => this.#choose("folder", null));
    on("files", () => this.#choose("files", null));
    on("close", () => this.dialog.close());
    on("class", () => this.#addClass());
    on("leave", () => this.#move(null));
    on("clear", () => this.collection.clear());
    for (const name of ["folder", "files"]) {
      const input = this.#input(name);
      input.addEventListener("change", () => {
        void this.#bring(() => Promise.resolve(chosen(input.files ?? [])), this.into);
        input.value = "";
      });
    }
    this.move.addEventListener("change", () => this.#move(this.collection.classes[Number(this.move.value)]));
    this.size.addEventListener("change", () => this.collection.resize(Number(this.size.value)));
    this.colour.addEventListener("change", () => {
      this.collection.wantsGrey = this.colour.value === "grey";
      this.#soon();
    });
    find(this.dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
    this.dialog.addEventListener("input", () => this.#soon());
    this.dialog.addEventListener("dragover", (event) => {
      // The page behind would take a picture for one to draw on.
      event.preventDefault();
      event.stopPropagation();
      for (const column of this.columns.values())
        column.root.toggleAttribute("data-over", column.root.contains(/** @type {Node} */ (event.target)));
    });
    this.dialog.addEventListener("drop", (event) => this.#drop(event));
    this.dialog.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files ?? [];
      if (files.length === 0) return;
      event.stopPropagation();
      void this.#bring(() => Promise.resolve(chosen(files)), null);
    });
  }

  /** @param {DragEvent} event */
  #drop(event) {
    event.preventDefault();
    event.stopPropagation();
    document.body.toggleAttribute("data-dropping", false);
    const column = [...this.columns.values()].find(({ root }) => root.contains(/** @type {Node} */ (event.target)));
    for (const { root } of this.columns.values()) root.toggleAttribute("data-over", false);
    const { dataTransfer } = event;
    if (dataTransfer?.types.includes("Files")) void this.#bring(() => dropped(dataTransfer), column?.group ?? null);
    else if (column && column.group !== this.collection.unsorted) this.#move(column.group);
  }

  /** @param {"folder" | "files"} name @param {Class | null} group */
  #choose(name, group) {
    this.into = group;
    this.#input(name).click();
  }

  /**
   * @param {() => Promise<Entry[]>} ask
   * @param {Class | null} into
   */
  async #bring(ask, into) {
    this.#say("");
    const { collection } = this;
    try {
      const brought = await broughtBy(await ask());
      const isLoose = brought.found.some(({ folder }) => folder === null);
      if (isLoose && collection.classes.length === 0)
        for (const n of [1, 2]) collection.addClass(this.words.text("own.class.numbered", { n }));
      const title = this.#input("title");
      if (brought.found.length > 0) title.value ||= brought.title || this.words.text("own.usual");
      collection.add(brought, into ?? undefined);
      if (brought.found.length === 0 && brought.left.length > 0) this.#say(this.left.text(brought.left[0]));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      this.#say(this.left.reason(error));
    }
  }

  #addClass() {
    const { collection, words } = this;
    collection.addClass(words.text("own.class.numbered", { n: collection.classes.length + 1 }));
    this.#show();
    this.columns.get(collection.classes[collection.classes.length - 1])?.input.select();
  }

  /** @param {Class | null} to */
  #move(to) {
    this.collection.move(new Set(this.selected), to);
    this.selected.clear();
    this.#show();
  }

  #nowAndThen() {
    if (this.timer !== 0) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.#soon();
    }, WHILE_READING_MS);
  }

  #soon() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.#show();
    });
  }

  /** Forget those selected that are no longer there. */
  #unselect() {
    if (this.selected.size === 0) return;
    const there = new Set(this.collection.groups.flatMap(({ pictures }) => pictures));
    for (const picture of this.selected) if (!there.has(picture)) this.selected.delete(picture);
  }

  #show() {
    this.#unselect();
    const { collection, words, selected } = this;
    const { groups } = collection;
    const focused = this.dialog.contains(document.activeElement) ? document.activeElement : null;
    for (const [group, column] of this.columns) {
      if (groups.includes(group)) continue;
      column.root.remove();
      this.columns.delete(group);
    }
    groups.forEach((group, place) => {
      const column = this.columns.get(group) ?? new Column(group, this.around);
      this.columns.set(group, column);
      if (this.list.children[place] !== column.root) this.list.insertBefore(column.root, this.list.children[place] ?? null);
      column.show();
    });
    hide(part(this.dialog, "work"), groups.length === 0 && collection.left.length === 0);
    if (collection.wantsGrey === null) this.colour.value = collection.isGrey ? "grey" : "colour";
    hide(part(this.dialog, "sorting"), selected.size === 0);
    write(part(this.dialog, "selected"), words.text("own.selected", { n: words.format.count(selected.size) }));
    const names = ["…", ...collection.classes.map(({ name }) => name)];
    if (names.join("\n") !== [...this.move.options].map(({ text }) => text).join("\n")) {
      this.move.replaceChildren(...names.map((name, place) => new Option(name, String(place - 1), place === 0, place === 0)));
    }
    this.move.selectedIndex = 0;
    this.left.show(collection);
    write(part(this.dialog, "progress"), this.#progress());
    this.begin.disabled = this.isKeeping || collection.isDecoding || collection.count === 0;
    if (focused && (!focused.isConnected || focused.closest("[hidden]"))) this.#goOn();
  }

  /** Put the focus where one goes on: what had it is gone. */
  #goOn() {
    const places = [".own-pictures button", '[value="class"]', '[value="folder"]'].map((place) => this.dialog.querySelector(place));
    const next = places.find((place) => place && !place.closest("[hidden]"));
    if (next instanceof HTMLElement) next.focus();
  }

  #progress() {
    const { collection, words } = this;
    const count = (/** @type {number} */ number) => words.format.count(number);
    if (collection.isDecoding) return words.text("own.progress", { done: count(collection.next), count: count(collection.queue.length) });
    const { train, test, single } = heldOut(collection.classes, this.#share());
    if (train + test === 0) return "";
    const classes = count(collection.classes.filter(({ pictures }) => pictures.length > 0).length);
    const sum = words.text("own.sum", { classes, count: count(train + test), train: count(train), test: count(test) });
    return single.length > 0 ? words.text("own.untested", { sum, names: words.join("list", single) }) : sum;
  }

  /** The share for tests; NaN: no number. */
  #share() {
    return Number(this.#input("held_out").value.replace(",", ".")) / 100;
  }

  async #keep() {
    const { collection, words } = this;
    const wish = {
      title: this.#input("title").value.trim(),
      held_out: this.#share(),
      seed: Number(this.#input("seed").value),
    };
    const reason = wrong(collection, wish);
    write(this.refusal, reason ? words.text(reason.key, reason.values) : "");
    if (reason || this.begin.disabled) return;
    const classes = collection.classes.filter(({ pictures }) => pictures.length > 0);
    const taken = classes.flatMap(({ pictures }, label) =>
      pictures.flatMap(({ image, found: { tests } }) => (image ? [{ label, tests, image }] : [])),
    );
    const about = { ...wish, classes: classes.map(({ name }) => name), size: collection.side, isGrey: collection.isGrey };
    this.isKeeping = true;
    write(part(this.dialog, "progress"), words.text("own.keeping"));
    this.begin.disabled = true;
    try {
      const { name } = await keep(words, packed(taken, about));
      collection.clear();
      this.#input("title").value = "";
      this.dialog.close();
      this.whenKept(name);
    } catch (error) {
      write(this.refusal, error instanceof Error ? error.message : String(error));
    }
    this.isKeeping = false;
    this.#show();
  }

  /** @param {string} text */
  #say(text) {
    write(this.trouble, text);
    write(this.refusal, "");
  }

  /** @param {string} name */
  #input(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }
}
