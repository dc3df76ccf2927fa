import { hide, part } from "../base/dom.js";

/** Beside what shows one kernel of a filter that sees colours: which of its three, for red, green or blue, is selected. */
export class ChannelChoice {
  /**
   * @param {ParentNode} root of what shows the kernel
   * @param {Pick<import("../page/page.js").Page, "selection" | "view">} page
   */
  constructor(root, { selection, view }) {
    this.selection = selection;
    this.view = view;
    this.root = part(root, "channels");
    this.root.addEventListener("click", ({ target }) => {
      const { current } = selection;
      if (current && target instanceof HTMLButtonElement)
        selection.set({ ...current, cell: { ...current.cell, in: Number(target.value) } });
    });
  }

  /** Follow the selection. */
  update() {
    const { current } = this.selection;
    hide(this.root, !current || !this.view.seesColour({ name: current.layer }));
    for (const button of this.root.querySelectorAll("button")) button.ariaPressed = String(Number(button.value) === current?.cell.in);
  }
}
