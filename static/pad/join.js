import { find, isOffered } from "../base/dom.js";
import { loadSheet } from "../base/sheet.js";
import { Part } from "../page/part.js";

/** Elements into which one pastes text. */
const TYPING = "input, textarea, [contenteditable]";

/**
 * The pad, loaded when somebody wants to draw, or brings a picture: by a button, by pasting, or by dropping it anywhere on the page.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinPad(page) {
  const pad = new Part(async () => {
    const { experiment } = page.store;
    if (!experiment) throw new Error("there is no experiment to draw for");
    const [{ Pad }, { Drawing }] = await Promise.all([
      import("./pad.js"),
      import("./drawing.js"),
      page.translator.add("pad/"),
      loadSheet("styles/pad/pad.css"),
    ]);
    return new Pad(page, new Drawing(experiment.dataset), experiment.dataset);
  });
  /** @param {File[]} files of which it takes the first */
  const open = async (...files) => {
    const [file] = files;
    const isThere = page.image.isOffered && page.can("responses") && isOffered(find(document, "#tab-sees", HTMLElement));
    if (!isThere) {
      if (file) page.notices.toast(page.translator.text("image.no_own"));
      return;
    }
    page.tabs.show("sees");
    const here = await pad.want();
    here?.open();
    if (file) await here?.bring(file, files.length);
  };
  for (const button of document.querySelectorAll("[data-draw]")) button.addEventListener("click", () => void open());
  const { body } = document;
  const hasFile = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    body.toggleAttribute("data-dropping", true);
  });
  for (const type of /** @type {const} */ (["dragleave", "drop"])) {
    document.addEventListener(type, () => body.toggleAttribute("data-dropping", false));
  }
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    // Else the browser leaves the page for the picture.
    event.preventDefault();
    const files = event.dataTransfer?.files ?? [];
    if (files.length > 0) void open(...files);
  });
  document.addEventListener("paste", ({ target, clipboardData }) => {
    const files = clipboardData?.files ?? [];
    if (files.length > 0 && !(target instanceof Element && target.closest(TYPING))) void open(...files);
  });
  // Both in the image's card and in the tab.
  page.offer(() => {
    for (const button of document.querySelectorAll("[data-draw]")) {
      if (button instanceof HTMLButtonElement) button.disabled = !page.image.isOffered || !page.can("responses");
    }
  });
}
