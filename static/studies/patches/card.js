import { find, part, write } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { Pager, turnOf } from "../../base/pager.js";
import { paintPatch, paintPatches } from "../../draw/patch.js";
import { outlinePatch, paintImage } from "../../draw/test-image.js";
import { layerName } from "../../state/description.js";
import { imageText } from "../../state/image.js";
import { StudyCard } from "../card.js";
import { buttonsIn, rove } from "../roving.js";
import { firstOf, MOST_FILTERS, placed } from "./reading.js";

/**
 * Best patches: the parts of training images that excite the selected filter most and least, and the best of all filters of its layer.
 * A click on a patch makes its image the page's, with the patch outlined.
 *
 * @typedef {import("./reading.js").Placed} Placed
 * @typedef {import("./reading.js").End} End
 */

const DIGITS = 3;
/** What explains the parts of the card. */
const TITLES = {
  where: "patches.when",
  filter: "patches.filter.title",
  "most-title": "patches.most.title",
  "least-title": "patches.least.title",
  others: "patches.others.title",
  filters: "patches.others.title",
  whole: "patches.whole",
};
const ENDS = /** @type {End[]} */ (["most", "least"]);

export class BestPatchesCard extends StudyCard {
  /** @override */
  kinds = ["patches"];

  /** @override */
  patient = true;

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("best-patches", page);
    for (const [name, key] of Object.entries(TITLES)) part(this.root, name).title = this.text(key);
    this.image = page.image;
    this.notices = page.notices;
    this.whole = part(this.root, "whole");
    this.lists = ENDS.map((end) => ({ end, list: part(this.root, end) }));
    this.filters = part(this.root, "filters");
    this.pager = new Pager(this.root, this.translator, (by) => this.#turn(by));
    this.filters.addEventListener("keydown", (event) => {
      const pages = turnOf(event);
      if (pages === 0) return;
      event.preventDefault();
      this.#turn(pages);
    });
    for (const list of [...this.lists.map(({ list: one }) => one), this.filters]) rove(list);
    this.image.onChange(() => this.#mark());
    this.image.onArrival(() => this.#mark());
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    const { current } = this.selection;
    return current ? [{ kind: "patches", lane, layer: current.layer, first: firstOf(current.cell.out) }] : [];
  }

  /** @override */
  draw() {
    if (!this.isShown) return;
    /** @type {import("./reading.js").Found | null} */
    const found = this.found("patches");
    const { current } = this.selection;
    const { experiment } = this.store;
    const other = !found || !current || found.layer !== current.layer || found.first !== firstOf(current.cell.out);
    this.date(found, other && found !== null);
    part(this.root, "found").hidden = !found || found.too_large !== undefined;
    if (other || !experiment || found.too_large) return;
    const { image_shape: size, classes } = experiment.dataset;
    const of = placed(found);
    const filter = current.cell.out - found.first;
    const layer = layerName(found.layer, this.translator);
    const { count } = this.translator.format;
    const [rows, cols] = found.field.size;
    const values = { layer, filter: current.cell.out, images: count(found.images), searched: count(found.searched), rows, cols };
    write(part(this.root, "filter"), this.text(found.searched < found.images ? "patches.filter.some" : "patches.filter", values));
    for (const { end, list } of this.lists) {
      const patches = (of[filter] ?? []).filter((patch) => patch.end === end);
      const buttons = buttonsIn(list, patches.length);
      patches.forEach((patch, place) => this.#show(buttons[place], patch, size, classes[patch.label]));
    }
    write(part(this.root, "others"), this.text("patches.others", { layer }));
    this.pager.show(found.first, MOST_FILTERS, this.#filtersOf(found.layer));
    const buttons = buttonsIn(this.filters, of.length);
    of.forEach((patches, place) => {
      const [button, out] = [buttons[place], found.first + place];
      const best = patches.filter(({ end }) => end === "most");
      const canvas = button.querySelector("canvas");
      if (canvas) paintPatches(canvas, best, size);
      write(part(button, "value"), String(out));
      const value = best[0] ? significant(best[0].value, DIGITS) : "–";
      button.setAttribute("aria-label", this.text("patches.filter.name", { filter: out, value }));
      button.setAttribute("aria-pressed", String(out === current.cell.out));
      button.onclick = () => this.selection.set({ ...current, cell: { ...current.cell, out } });
    });
    write(part(this.root, "none"), of[filter]?.length ? "" : this.text("patches.none"));
    this.#mark();
  }

  /** The number of filters of a layer. @param {string} layer */
  #filtersOf(layer) {
    return this.store.experiment?.layers.find(({ name }) => name === layer)?.kernel_shape?.[0] ?? 0;
  }

  /** Select the filter in the same place of another page. @param {number} by pages */
  #turn(by) {
    const { current } = this.selection;
    if (!current) return;
    const filters = this.#filtersOf(current.layer);
    const first = firstOf(current.cell.out) + by * MOST_FILTERS;
    if (first < 0 || first >= filters) return;
    const out = Math.min(filters - 1, current.cell.out + by * MOST_FILTERS);
    this.selection.set({ ...current, cell: { ...current.cell, out } });
  }

  /** @override */
  retheme() {
    this.draw();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Placed} patch
   * @param {number[]} size of an image
   * @param {string} name of its class
   */
  #show(button, patch, size, name) {
    const canvas = button.querySelector("canvas");
    if (canvas) paintPatch(canvas, patch, size);
    const { image, row, col } = patch;
    const value = significant(patch.value, DIGITS);
    write(part(button, "value"), value);
    const text = this.text("patches.patch", { value, image, class: name, row, col });
    button.setAttribute("aria-label", text);
    button.title = text;
    const [rows, cols] = patch.shape.slice(1);
    const outlined = { top: patch.top, left: patch.left, rows, cols };
    button.dataset.patch = `${image}:${Object.values(outlined).join(".")}`;
    button.onclick = () => {
      this.image.show(this.image.count + image, outlined);
      this.notices.announce(this.text("patches.chosen", { image, class: name }));
    };
  }

  /** Mark the patch that is outlined in the page's image, and show all of that. */
  #mark() {
    const { image } = this;
    const { dataset } = this.store.experiment ?? {};
    if (!this.isShown || !dataset) return;
    const here = `${image.index - image.count}:${image.patchAddress}`;
    for (const { list } of this.lists) {
      for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.patch === here));
    }
    const isThere = image.patch !== null && image.known?.index === image.index;
    this.whole.toggleAttribute("data-empty", !isThere);
    write(
      part(this.whole, "name"),
      isThere && image.known ? imageText(this.translator, "image.name", image.known, dataset) : this.text("patches.whole"),
    );
    if (isThere && image.known) paintImage(find(this.whole, "canvas", HTMLCanvasElement), image.known);
    outlinePatch(part(this.whole, "patch"), image);
  }
}
