import { find } from "../base/dom.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** @param {import("../page/page.js").Page} page */
export function joinNetwork(page) {
  const { store } = page;
  const button = find(document, "#network", HTMLButtonElement);
  const editor = new Part(async () => {
    const [{ NetworkEditor }] = await Promise.all([import("./editor.js"), page.translator.add("network/")]);
    return new NetworkEditor(page);
  });
  opens(button, editor);
  page.offer(() => (button.disabled = store.experiment === null || store.audience?.may_open !== true));
}
