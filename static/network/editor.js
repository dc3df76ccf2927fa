import { USUAL, writeQuery } from "../state/address.js";
import { dataGroups } from "./data-groups.js";
import { Download } from "./download.js";
import { find, part, write } from "../base/dom.js";
import { Faults } from "./faults.js";
import { LayerRow } from "./layer-row.js";
import { opensOwnData } from "./own-data.js";
import { listedName, Planted, viewOfOther } from "./planted.js";
import { Preparing } from "./preparing.js";
import { architectureOf, namesByPlace, row, rowsOf, typed } from "./settings.js";
import { loadProblemWords } from "../base/problems.js";
import { fromRoot } from "../base/root.js";
import { leave } from "../page/way-back.js";

/**
 * The dialog of the data set, the network, the batch size and the seed. They can't change within a run, so it opens another experiment, at the
 * address that the server gives for them; while one types, the server describes each layer and names what is impossible.
 *
 * @typedef {import("../state/address.js").View} View
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("./settings.js").Networks} Networks
 * @typedef {import("./settings.js").Row} Row
 * @typedef {import("../base/types.js").Layer} Layer
 * @typedef {import("../base/types.js").Problem} Problem
 */

/** Pause after the last keystroke before the server is asked. */
const PAUSE_MS = 200;
/** The initial type of an added layer. */
const ADDED = "relu";
/** Settings of the view that are about images of one data set, as they are for another one. */
const OF_OTHER_DATA = { image: USUAL.image, patch: USUAL.patch, saliency: USUAL.saliency, errors: USUAL.errors };

export class NetworkEditor {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, translator, settings }) {
    this.store = store;
    this.translator = translator;
    this.settings = settings;
    this.opener = find(document, "#network", HTMLButtonElement);
    this.dialog = find(document, "#network-dialog", HTMLDialogElement);
    this.list = part(this.dialog, "layers");
    this.data = find(this.dialog, 'select[name="dataset"]', HTMLSelectElement);
    this.download = new Download(part(this.dialog, "download"), translator);
    this.download.whenHere = () => void this.#ask();
    this.dialog.addEventListener("close", () => this.download.hide());
    this.planted = new Planted(this.dialog, this.data);
    this.preparing = new Preparing(this.dialog, translator);
    this.preset = find(this.dialog, 'select[name="preset"]', HTMLSelectElement);
    this.faults = new Faults(this.dialog);
    /** @type {LayerRow[]} */
    this.rows = [];
    /** The layer types and networks for the data set, once loaded from the server. @type {Networks} */
    this.known = { types: [], networks: {}, usual: "" };
    /** @type {import("../base/types.js").Dataset[]} */
    this.datasets = [];
    /** The query of the new experiment's address, if the server allows these settings. @type {string | null} */
    this.address = null;
    this.timer = 0;
    /** The network for another data set. */
    this.coming = Promise.resolve();
    /** Counts requests and what outdates them: only an answer to what stands here now is used. */
    this.asked = 0;
    this.opener.addEventListener("click", () => void this.#open());
    this.data.addEventListener("change", () => (this.coming = this.#choose()));
    this.preset.addEventListener("change", () => this.#show());
    find(this.dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    find(this.dialog, '[value="add"]', HTMLButtonElement).addEventListener("click", () => this.#add());
    const own = find(this.dialog, '[value="own"]', HTMLButtonElement);
    opensOwnData(own, translator, (name) => void this.#offer(name ?? this.data.value));
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
    this.preparing.show(config); // somebody may choose another data set before this one's network has come
    this.dialog.showModal();
    await this.#offer(dataset.name);
  }

  /** Offer the data sets that there are, and choose one. @param {string} name if it is there, else the present one's */
  async #offer(name) {
    const { dataset } = /** @type {import("../base/types.js").Experiment} */ (this.store.experiment);
    try {
      const all = await fetched("api/datasets");
      const has = (/** @type {string} */ sought) => all.some((/** @type {{name: string}} */ one) => one.name === listedName(sought));
      // The images of a present one may have been deleted: its experiment goes on.
      this.datasets = has(dataset.name) ? all : [...all, dataset];
      this.data.replaceChildren(...dataGroups(this.datasets, this.translator));
      this.planted.offer(listedName(name) === name ? dataset.name : name);
      this.data.value = has(name) ? name : dataset.name;
      this.planted.reflect();
      await this.#choose();
    } catch {
      this.faults.say(this.translator.text("network.unreachable"));
    }
  }

  /** Show a network and a preparation for the chosen data set: the present ones or, for another data set, its usual ones. */
  async #choose() {
    const dataset = this.data.value;
    this.preparing.expect(dataset);
    this.download.hide();
    if (this.datasets.some(({ name, origin }) => name === dataset && origin === "download")) void this.download.show(dataset);
    try {
      const known = await fetched(`api/networks?${new URLSearchParams({ dataset })}`);
      if (dataset !== this.data.value) return;
      this.known = known;
      this.preset.value = this.#isOther ? this.known.usual : "";
      const about = this.#isOther ? this.datasets.find(({ name }) => name === listedName(dataset)) : this.store.experiment?.config;
      this.preparing.show(about ?? { preparation: "none" });
      this.#show();
    } catch {
      if (dataset === this.data.value) this.faults.say(this.translator.text("network.unreachable"));
    }
  }

  get #isOther() {
    return this.data.value !== this.store.experiment?.dataset.name;
  }

  /** Show the network to start from, and what is to be known of it. */
  #show() {
    const preset = this.preset.value;
    const architecture = this.known.networks[preset] ?? this.store.experiment?.config.architecture ?? [];
    const about = `network.preset.${preset}.about`;
    write(part(this.dialog, "about"), this.translator.has(about) ? this.translator.text(about) : "");
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

  /** @param {Row} model */
  #rowFor(model) {
    const one = new LayerRow(model, this.known.types, this.translator);
    one.whenRemoved = () => {
      this.rows = this.rows.filter((other) => other !== one);
      find(this.dialog, '[value="add"]', HTMLButtonElement).focus();
      void this.#ask();
    };
    return one;
  }

  /** @param {Event} event */
  #edited({ target }) {
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
      this.rows.find(({ root }) => root.contains(target))?.edited(target);
    this.address = null;
    this.asked += 1;
    clearTimeout(this.timer);
    if (target === this.data) return; // its network has yet to come
    this.timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #begin() {
    clearTimeout(this.timer);
    await this.coming;
    await this.#ask();
    if (this.address !== null) {
      leave(this.store.experiment?.id ?? "");
      const view = { ...this.settings.view, cell: "", without: "", ...(this.#isOther && this.#viewOfOther) };
      location.assign(fromRoot(writeQuery(this.address, view)));
    } else (this.faults.first ?? this.download.begin).focus();
  }

  get #viewOfOther() {
    const [from, to] = [this.store.experiment?.dataset.name ?? "", this.data.value];
    return { ...OF_OTHER_DATA, view: viewOfOther(this.settings.view.view ?? USUAL.view, { from, to }) };
  }

  /** Ask the server what the experiment would be. */
  async #ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    const { asked } = this;
    const { address: present, config } = /** @type {import("../base/types.js").Experiment} */ (this.store.experiment);
    // Another data set has other usual lanes, too.
    const isUsual = this.#isOther && !present.includes("lanes=");
    const wanted = {
      ...config,
      lanes: isUsual ? undefined : config.lanes,
      dataset: this.data.value,
      ...this.preparing.settings,
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
      if (address !== null) this.#possible(address, layers, parameters);
      else this.#impossible(layers, parameters, problems, words);
    } catch {
      if (asked === this.asked) this.faults.say(this.translator.text("network.unreachable"));
    }
  }

  /**
   * @param {string} address
   * @param {Layer[]} layers
   * @param {number} parameters
   */
  #possible(address, layers, parameters) {
    const { format } = this.translator;
    this.faults.clear();
    this.rows.forEach((row, index) => row.becomes(layers[index].name, layers[index]));
    write(part(this.dialog, "sum"), this.translator.text("network.sum", { n: format.count(parameters) }));
    void this.preparing.look(address);
  }

  /**
   * @param {Layer[]} layers before the first that cannot be; all, if it is something else that is wrong
   * @param {number} parameters 0 if they cannot be counted
   * @param {Problem[]} problems
   * @param {Translator} words
   */
  #impossible(layers, parameters, problems, words) {
    const usual = namesByPlace(
      this.rows.map(({ row }) => row),
      this.known.types,
    );
    const named = this.rows.map(({ row, root }, index) => ({ name: row.name || usual[index], root }));
    this.rows.forEach((row, index) => row.becomes(named[index].name, layers[index] ?? null));
    write(
      part(this.dialog, "sum"),
      parameters > 0 ? this.translator.text("network.sum", { n: this.translator.format.count(parameters) }) : "–",
    );
    // Of a data set that is not here, the download says so.
    const others = problems.filter(({ code }) => code !== "not_here");
    if (others.length < problems.length) this.preparing.clear();
    this.faults.show(others, named, words);
  }

  /** @param {string} name */
  #entry(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }
}

/** @param {string} path of the API, from its root @returns {Promise<any>} */
async function fetched(path) {
  const answer = await fetch(fromRoot(path));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}
