import { Part } from "../page/part.js";

/**
 * What the source of an experiment's numbers can't do (a recording, a run that is only watched) is there all the same, grey and with
 * the reason. An element's `data-needs` lists what it needs: types of commands, kinds of studies and quantities.
 */

/**
 * Mark what needs more than the source supports.
 * @param {ParentNode} root
 * @param {(...needs: string[]) => boolean} can
 * @returns {boolean} whether there is any
 */
export function markUnable(root, can) {
  let any = false;
  for (const element of root.querySelectorAll("[data-needs]")) {
    const unable = !can(...(element.getAttribute("data-needs") ?? "").split(" "));
    if (element.hasAttribute("data-unable") !== unable) element.toggleAttribute("data-unable", unable);
    if (element instanceof HTMLOptionElement) element.disabled = unable;
    any ||= unable;
  }
  return any;
}

/** @param {import("../page/page.js").Page} page */
export function joinCapabilities(page) {
  const unable = new Part(async () => new (await import("./unable.js")).Unable(page));
  page.offer(() => {
    if (!markUnable(document, page.can) && !unable.here) return;
    void unable.want().then((here) => here?.update());
  });
}
