import { writeQuery } from "../state/address.js";
import { find, hide, part, stamp, write } from "../base/dom.js";
import { architectureOf, namesByPlace, placeOf, row, rowsOf, typed, typeOf } from "./settings.js";
import { loadProblemWords, problemText, reasonText } from "../base/problems.js";
import { fromRoot } from "../base/root.js";
import { leave } from "../page/way-back.js";

/**
 * The dialog of the network, the batch size and the seed. They can't change within a run, so it opens another experiment, at the
 * address that the server gives for them; while one types, the server describes each layer and names what is impossible.
 *
 * @typedef {import("../state/address.js").View} View
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("./settings.js").Networks} Networks
 * @typedef {import("./settings.js").Row} Row
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("../base/types.js").LayerSpec} LayerSpec
 * @typedef {import("../base/types.js").Problem} Problem
 */

/** Pause after the last keystroke before the server is asked. */
const PAUSE_MS = 200;
/** The initial type of an added layer. */
const ADDED = "relu";

export class NetworkEditor {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, translator, settings }) {
    this.store = store;
    this.translator = translator;
    this.settings = settings;
    this.opener = find(document, "#network", HTMLButtonElement);
    this.dialog = find(document, "#network-dialog", HTMLDialogElement);
    this.list = part(this.dialog, "layers");
    this.preset = find(this.dialog, 'select[name="preset"]', HTMLSelectElement);
    this.begin = find(this.dialog, '[value="begin"]', HTMLButtonElement);
    /** @type {{row: Row, root: HTMLElement}[]} */
    this.rows = [];
    /** The layer types and networks for the data set, once loaded from the server. @type {Networks} */
    this.known = { types: [], networks: {} };
    /** The query of the new experiment's address, if the server allows these settings. @type {string | null} */
    this.address = null;
    this.timer = 0;
    /** Counts requests: only the answer to the last one is used. */
    this.asked = 0;
    this.opener.addEventListener("click", () => void this.#open());
    this.preset.addEventListener("change", () => this.#show(this.known.networks[this.preset.value] ?? this.#present()));
    find(this.dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    find(this.dialog, '[value="add"]', HTMLButtonElement).addEventListener("click", () => this.#add());
    const form = find(this.dialog, "form", HTMLFormElement);
    form.addEventListener("input", (event) => this.#edited(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#begin();
    });
  }

  async #open() {
    const { config, dataset } = /** @type {import("../base/types.js").Experiment} */ (this.store.experiment);
    this.#entry("batch_size").value = String(config.batch_size);
    this.#entry("seed").value = String(config.seed);
    this.preset.value = "";
    this.dialog.showModal();
    try {
      if (this.known.types.length === 0) {
        const answer = await fetch(fromRoot(`api/networks?${new URLSearchParams({ dataset: dataset.name })}`));
        if (!answer.ok) throw new Error(answer.statusText);
        this.known = await answer.json();
      }
      this.#show(this.#present());
    } catch {
      this.#say(this.translator.text("network.unreachable"));
    }
  }

  #present() {
    return this.store.experiment?.config.architecture ?? [];
  }

  /** @param {LayerSpec[]} architecture */
  #show(architecture) {
    this.rows = rowsOf(architecture, this.known.types).map((one) => this.#rowFor(one));
    this.list.replaceChildren(...this.rows.map(({ root }) => root));
    void this.#ask();
  }

  /** Add a layer before the last one, which gives the classes. */
  #add() {
    const added = this.#rowFor(row(ADDED, this.known.types));
    this.rows.splice(-1, 0, added);
    this.list.replaceChildren(...this.rows.map(({ root }) => root));
    find(added.root, "select", HTMLSelectElement).focus();
    void this.#ask();
  }

  /**
   * @param {Row} model
   * @returns {{row: Row, root: HTMLElement}}
   */
  #rowFor(model) {
    const root = stamp("network-row");
    const one = { row: model, root };
    const kind = find(root, 'select[name="type"]', HTMLSelectElement);
    kind.replaceChildren(...this.known.types.map(({ type }) => new Option(this.#word(`network.kind.${type}`, type), type)));
    kind.value = model.type;
    kind.addEventListener("change", () => {
      one.row = row(kind.value, this.known.types);
      this.#fill(one);
    });
    find(root, '[value="remove"]', HTMLButtonElement).addEventListener("click", () => {
      this.rows = this.rows.filter((other) => other !== one);
      root.remove();
      find(this.dialog, '[value="add"]', HTMLButtonElement).focus();
      void this.#ask();
    });
    this.#fill(one);
    return one;
  }

  /**
   * Show the fields of the layer's type, with their values.
   * @param {{row: Row, root: HTMLElement}} one
   */
  #fill(one) {
    const { row, root } = one;
    for (const label of root.querySelectorAll("[data-field]")) label.remove();
    const labels = typeOf(row.type, this.known.types).fields.flatMap(({ name, kind }) => {
      if (kind !== "init") return [this.#field(name, kind === "count" ? "numeric" : "text")];
      const start = stamp("network-init");
      start.dataset.field = "start";
      return [start, this.#field("std", "decimal")];
    });
    for (const label of labels) {
      const control = label.querySelector("input, select");
      if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement)
        control.value = row.fields[label.dataset.field ?? ""] ?? "";
    }
    part(root, "becomes").before(...labels);
    reflect(one);
  }

  /**
   * @param {string} name
   * @param {string} keyboard input mode on a phone
   */
  #field(name, keyboard) {
    const label = stamp("network-field");
    const input = find(label, "input", HTMLInputElement);
    label.dataset.field = name;
    label.title = this.#word(`network.${name}.title`, "");
    write(find(label, "span", HTMLElement), this.#word(`network.${name}`, name));
    input.name = name;
    input.inputMode = keyboard;
    return label;
  }

  /**
   * Translate a key if the page's language has it, else use `other`.
   * @param {string} key
   * @param {string} other
   */
  #word(key, other) {
    return this.translator.has(key) ? this.translator.text(key) : other;
  }

  /** @param {Event} event */
  #edited({ target }) {
    const one = this.rows.find(({ root }) => target instanceof Node && root.contains(target));
    if (one && (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) && target.name !== "type") {
      one.row.fields[target.name] = target.value;
      reflect(one);
    }
    this.address = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #begin() {
    clearTimeout(this.timer);
    await this.#ask();
    if (this.address !== null) {
      leave(this.store.experiment?.id ?? "");
      location.assign(fromRoot(writeQuery(this.address, { ...this.settings.view, cell: "", without: "" })));
    } else this.#firstWrong()?.focus();
  }

  #firstWrong() {
    const wrong = this.dialog.querySelector('[aria-invalid="true"]');
    return wrong instanceof HTMLElement ? wrong : null;
  }

  /** Ask the server what the experiment would be. */
  async #ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    const { asked } = this;
    const { config } = /** @type {import("../base/types.js").Experiment} */ (this.store.experiment);
    const wanted = {
      ...config,
      batch_size: typed(this.#entry("batch_size").value),
      seed: typed(this.#entry("seed").value),
      architecture: architectureOf(
        this.rows.map(({ row }) => row),
        this.known.types,
      ),
    };
    try {
      const answer = await fetch(fromRoot("api/settings"), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(wanted),
      });
      const { address, layers, parameters, problems } = await answer.json();
      const words = problems.length > 0 ? await loadProblemWords() : this.translator;
      if (asked !== this.asked) return;
      this.address = address;
      if (address !== null) this.#possible(layers, parameters);
      else this.#impossible(problems, words);
    } catch {
      if (asked === this.asked) this.#say(this.translator.text("network.unreachable"));
    }
  }

  /**
   * @param {Layer[]} layers
   * @param {number} parameters
   */
  #possible(layers, parameters) {
    const { format } = this.translator;
    this.#clear();
    this.rows.forEach(({ root }, index) => {
      const { name, output_shape: shape, parameters: own } = layers[index];
      write(part(root, "name"), name);
      write(part(root, "becomes"), [shape.join("×"), ...(own > 0 ? [format.count(own)] : [])].join(" · "));
    });
    write(part(this.dialog, "sum"), this.translator.text("network.sum", { n: format.count(parameters) }));
  }

  /**
   * @param {Problem[]} problems
   * @param {Translator} words
   */
  #impossible(problems, words) {
    this.#clear();
    const names = namesByPlace(
      this.rows.map(({ row }) => row),
      this.known.types,
    ).map((usual, index) => this.rows[index].row.name || usual);
    this.rows.forEach(({ root }, index) => {
      write(part(root, "name"), names[index]);
      write(part(root, "becomes"), "–");
    });
    write(part(this.dialog, "sum"), "–");
    const aside = problems.filter((problem) => {
      const { row, field } = placeOf(problem, names);
      const root = row === null ? this.dialog : this.rows[row]?.root;
      const input = field === "" ? null : root?.querySelector(`[name="${field}"]`);
      input?.setAttribute("aria-invalid", "true");
      const place = root?.querySelector(row === null ? `[data-error="${field}"]` : '[data-part="error"]');
      if (!place) return true;
      write(place, row === null ? reasonText(problem, words) : problemText(problem, words, false));
      return false;
    });
    this.#say(aside.map((problem) => problemText(problem, words)).join(" · "));
  }

  #clear() {
    for (const input of this.dialog.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const place of this.dialog.querySelectorAll('[data-error], [data-part="error"]')) write(place, "");
    this.#say("");
  }

  /** @param {string} text */
  #say(text) {
    write(part(this.dialog, "refusal"), text);
  }

  /** @param {string} name */
  #entry(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }
}

/**
 * Show the field of the standard deviation only for a start that has one.
 * @param {{row: Row, root: HTMLElement}} one
 */
function reflect({ row: { fields }, root }) {
  const std = root.querySelector('[data-field="std"]');
  if (std instanceof HTMLElement) hide(std, fields.start !== "gaussian");
}
