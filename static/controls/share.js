import { find } from "../base/dom.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** @param {import("../page/page.js").Page} page */
export function joinShare(page) {
  const button = find(document, "#share", HTMLButtonElement);
  opens(button, new Part(async () => new (await import("./share-dialog.js")).ShareDialog(page)));
  button.disabled = false;
}
