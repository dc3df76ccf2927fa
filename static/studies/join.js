import { find } from "../base/dom.js";
import { Part } from "../page/part.js";
import { menuSetting } from "../page/settings.js";

/**
 * Load the studies when one of their tabs is shown or approached, so that others don't fetch them.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinStudies(page) {
  const { tabs, settings } = page;
  const studies = new Part(async () => (await import("./studies.js")).openStudies(page));
  tabs.onChange(() => void studies.want());
  for (const tab of document.querySelectorAll(".tab:has(.study)")) {
    const button = find(document, `#tab-${tab.getAttribute("data-tab")}`, HTMLButtonElement);
    for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, () => void studies.want(), { once: true });
  }
  settings.add("rate", menuSetting(find(document, "#range-test select[data-part=measure]", HTMLSelectElement)));
}
