import { find } from "../base/dom.js";
import { loadSheet } from "../base/sheet.js";
import { addFragment } from "../page/fragment.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** @param {import("../page/page.js").Page} page */
export function joinNetwork(page) {
  const { store } = page;
  const button = find(document, "#network", HTMLButtonElement);
  const editor = new Part(async () => {
    const { translator } = page;
    const [{ NetworkEditor }] = await Promise.all([
      import("./editor.js"),
      loadSheet("styles/network.css"),
      translator.add("network/"),
      addFragment("network", translator),
    ]);
    return new NetworkEditor(page);
  });
  opens(button, editor);
  page.offer(() => (button.disabled = store.experiment === null || store.audience?.may_open !== true));
}
