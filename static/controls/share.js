import { find } from "../base/dom.js";
import { loadSheet } from "../base/sheet.js";
import { addFragment } from "../page/fragment.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** @param {import("../page/page.js").Page} page */
export function joinShare(page) {
  const button = find(document, "#share", HTMLButtonElement);
  const dialog = new Part(async () => {
    const [{ ShareDialog }] = await Promise.all([
      import("./share-dialog.js"),
      loadSheet("styles/controls/share.css"),
      addFragment("share-dialog", page.translator),
    ]);
    return new ShareDialog(page);
  });
  opens(button, dialog);
  button.disabled = false;
}
