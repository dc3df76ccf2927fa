import { find } from "../base/dom.js";
import { prepares } from "../page/opener.js";
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
  const theirs = [...document.querySelectorAll(".tab:has(.study)")].map((tab) => tab.getAttribute("data-tab") ?? "");
  tabs.onChange(() => {
    if (theirs.includes(tabs.current)) void studies.want();
  });
  for (const name of theirs) prepares(find(document, `#tab-${name}`, HTMLButtonElement), studies);
  settings.add("rate", menuSetting(find(document, "#range-test select[data-part=measure]", HTMLSelectElement)));
}
