import { layerName } from "../state/description.js";
import { find, hide, part, write } from "../base/dom.js";
import { listOf } from "../state/address.js";
import { isShownOnRequest } from "../state/tensors.js";
import { comparedLayer, isPlanted } from "../state/truth.js";
import { menuSetting } from "../page/settings.js";

/**
 * The menus in the corner of the board that choose what the kernels' pictures show, for all lanes.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../state/quantities.js").ViewName} ViewName
 */

export class ViewSwitch {
  /** @param {Page} page */
  constructor({ view, translator }) {
    this.view = view;
    this.translator = translator;
    this.root = find(document, "#kernel-view", HTMLElement);
    this.menu = find(this.root, "#view", HTMLSelectElement);
    this.against = find(this.root, "#against", HTMLSelectElement);
    this.dense = part(this.root, "dense");
    this.truth = find(this.menu, '[value="truth"]', HTMLOptionElement);
    this.truth.remove();
    this.ownScales = find(this.root, "#own-scales", HTMLInputElement);
    /** @type {HTMLInputElement[]} */
    this.boxes = [];
    this.structure = "";
    this.menu.addEventListener("change", () => view.show({ name: /** @type {ViewName} */ (this.menu.value) }));
    this.ownScales.addEventListener("change", () => view.show({ scale: this.ownScales.checked ? "lanes" : "shared" }));
    this.against.addEventListener("change", () => view.show({ against: this.against.value }));
    this.reflect();
  }

  /** @param {import("../base/types.js").Experiment} experiment with other lanes or layers */
  describe(experiment) {
    const { lanes, layers } = experiment;
    const ids = lanes.map(({ id }) => id);
    const dense = layers.filter(isShownOnRequest).map(({ name }) => name);
    const structure = JSON.stringify([ids, dense]);
    if (structure === this.structure) return;
    this.structure = structure;
    this.against.replaceChildren(...ids.map((id) => new Option(id)));
    const rows = dense.map((name) => this.#row(name));
    this.boxes = rows.map(({ box }) => box);
    this.dense.replaceChildren(...rows.map(({ label }) => label));
    this.reflect();
  }

  /**
   * Offer the planted kernels, if there are any.
   * @param {import("../base/types.js").Experiment} experiment
   */
  offerTruth(experiment) {
    if (!isPlanted(experiment.dataset) || this.truth.isConnected) return;
    this.menu.append(this.truth);
    if (comparedLayer(experiment) !== null) return;
    this.truth.removeAttribute("data-needs");
    this.truth.disabled = true;
    write(this.truth, this.translator.text("view.truth.none"));
  }

  /** Show the present choice. */
  reflect() {
    const { name, against, dense, scale } = this.view;
    this.menu.value = name;
    this.menu.title = this.menu.selectedOptions[0].title;
    this.against.value = against;
    hide(this.against, name !== "lane");
    this.ownScales.checked = scale === "lanes";
    for (const box of this.boxes) box.checked = dense.has(box.value);
  }

  /** @param {string} layer */
  #row(layer) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = layer;
    box.addEventListener("change", () => this.view.showDense(this.boxes.filter(({ checked }) => checked).map(({ value }) => value)));
    const name = document.createElement("span");
    write(name, layerName(layer, this.translator));
    label.title = this.translator.text("view.dense.title");
    label.append(box, name);
    return { label, box };
  }
}

/** @param {Page} page */
export function joinViewSwitch(page) {
  const { store, view, settings } = page;
  const menus = new ViewSwitch(page);
  view.onChange(() => menus.reflect());
  store.on("experiment", () => {
    const experiment = /** @type {import("../base/types.js").Experiment} */ (store.experiment);
    menus.offerTruth(experiment);
    view.describe(experiment);
    menus.describe(experiment);
  });
  const chosen = menuSetting(menus.menu);
  settings.add("view", {
    read: () => view.chosen ?? "",
    apply(text) {
      if (text !== "") return chosen.apply(text);
      view.show({ name: view.usual });
      return true;
    },
  });
  settings.add("dense", { read: () => [...view.dense].sort().join(","), apply: (text) => view.showDense(listOf(text)) });
  const pages = () => [...view.pages].map(([layer, filter]) => `${layer}.${filter}`);
  settings.add("filters", { read: () => pages().sort().join(","), apply: (text) => view.turnToAll(listOf(text)) });
  view.turning.add(() => settings.applied.tell());
  settings.add("colours", {
    read: () => (view.scale === view.usualScale ? "" : view.scale),
    apply(text) {
      if (text !== "" && text !== "shared" && text !== "lanes" && text !== "symlog") return false;
      view.show({ scale: text === "" ? view.usualScale : text });
      return true;
    },
  });
  for (const name of /** @type {const} */ (["channels", "oriented"])) {
    settings.add(name, {
      read: () => (view[name] ? "1" : ""),
      apply(text) {
        if (text !== "" && text !== "1") return false;
        view.show({ [name]: text === "1" });
        return true;
      },
    });
  }
  settings.add("against", { ...menuSetting(menus.against), read: () => (view.name === "lane" ? view.against : "") });
}
