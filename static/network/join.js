import { find } from "../base/dom.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** @param {import("../page/page.js").Page} page */
export function joinNetwork(page) {
  const { store } = page;
  const button = find(document, "#network", HTMLButtonElement);
  opens(button, new Part(async () => new (await import("./editor.js")).NetworkEditor(page)));
  page.offer(() => (button.disabled = store.experiment === null || store.audience?.may_open !== true));
}
