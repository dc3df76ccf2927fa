import { find, hide, part, write } from "../../base/dom.js";
import { placeClear } from "../../base/placing.js";
import { ofLane } from "../../draw/lane-style.js";

/**
 * The numbers of the place of a map that is pointed at, in every lane, beside the pointer.
 */

export class PlaceReadout {
  /** @param {import("../../page/page.js").Page} page */
  constructor(page) {
    const model = find(document, "#map-readout", HTMLElement);
    this.root = /** @type {HTMLElement} */ (model.cloneNode(true));
    this.root.id = "saliency-readout";
    model.after(this.root);
    this.where = part(this.root, "where");
    this.body = part(this.root, "lanes");
    for (const changed of [page.fitted, page.tabs.listeners]) changed.add(() => this.leave());
    document.addEventListener("scroll", () => this.leave(), { capture: true, passive: true });
  }

  leave() {
    hide(this.root, true);
  }

  /**
   * @param {string} where
   * @param {{id: string, value: string, isSeen: boolean}[]} lanes
   * @param {{x: number, y: number}} at in the window
   * @param {{top: number, bottom: number}} stretch that must stay in sight
   */
  show(where, lanes, at, stretch) {
    write(this.where, where);
    this.body.replaceChildren(
      ...lanes.map(({ id, value, isSeen }) => {
        const row = ofLane("map-row", id);
        write(part(row, "value"), value);
        row.toggleAttribute("data-seen", isSeen);
        return row;
      }),
    );
    hide(this.root, false);
    const { left, top } = placeClear({ at, stretches: [stretch] }, this.root.getBoundingClientRect(), document.documentElement);
    this.root.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }
}
