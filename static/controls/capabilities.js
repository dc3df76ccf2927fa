/**
 * Controls for what the source of an experiment's numbers can't do are left out. An element's `data-needs` lists what it needs: types
 * of commands, kinds of studies and quantities.
 */

/** The value of `data-gone` for this reason; the page's address leaves out elements, too. */
const UNSUPPORTED = "unsupported";

/**
 * Show exactly the controls that the source supports.
 * @param {ParentNode} root
 * @param {(...needs: string[]) => boolean} can
 */
export function offerSupported(root, can) {
  for (const element of root.querySelectorAll("[data-needs]")) {
    if (!(element instanceof HTMLElement)) continue;
    const gone = !can(...(element.dataset.needs ?? "").split(" "));
    if (gone && element.dataset.gone === undefined) element.dataset.gone = UNSUPPORTED;
    else if (!gone && element.dataset.gone === UNSUPPORTED) delete element.dataset.gone;
    // Not every browser hides a menu entry.
    if (element instanceof HTMLOptionElement) element.disabled = gone;
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinCapabilities(page) {
  page.offer(() => offerSupported(document, page.can));
}
