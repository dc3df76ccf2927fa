/**
 * What the source of an experiment's numbers can never do is not offered. What a control needs stands in the document, as
 * `data-needs`: types of commands, kinds of studies and quantities, all of them.
 */

/** Where it is `data-gone` for this reason; other elements are left out by the page's address. */
const UNSUPPORTED = "unsupported";

/**
 * Offers what the source can do, and nothing else.
 * @param {ParentNode} root
 * @param {(...needs: string[]) => boolean} can
 */
export function offerSupported(root, can) {
  for (const element of root.querySelectorAll("[data-needs]")) {
    if (!(element instanceof HTMLElement)) continue;
    const gone = !can(...(element.dataset.needs ?? "").split(" "));
    if (gone && element.dataset.gone === undefined) element.dataset.gone = UNSUPPORTED;
    else if (!gone && element.dataset.gone === UNSUPPORTED) delete element.dataset.gone;
    // Not every browser hides an entry of a menu.
    if (element instanceof HTMLOptionElement) element.disabled = gone;
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinCapabilities(page) {
  page.offer(() => offerSupported(document, page.can));
}
