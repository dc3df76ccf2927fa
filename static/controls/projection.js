import { find } from "../base/dom.js";
import { loadSheet } from "../base/sheet.js";

/**
 * The mode for a projector: large type and fewer things, on this page only. The server renders a page in it if the address asks for it.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinProjection({ settings, fit, themed }) {
  const box = find(document, "#projection", HTMLInputElement);
  const root = document.documentElement;
  box.checked = root.hasAttribute("data-projection");
  box.addEventListener("change", () => void project());
  settings.add("projection", {
    read: () => (box.checked ? "1" : ""),
    apply(text) {
      box.checked = text === "1";
      void project();
      return text === "1" || text === "";
    },
  });

  async function project() {
    if (box.checked) await loadSheet("styles/projection.css");
    root.toggleAttribute("data-projection", box.checked);
    fit.invalidate();
    themed.tell(); // charts have their type in their pictures
  }
}
