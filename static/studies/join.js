import { find, isOffered } from "../base/dom.js";
import { prepares } from "../page/opener.js";
import { Part } from "../page/part.js";
import { boxesSetting, menuSetting } from "../page/settings.js";

/**
 * Load the studies when one of their tabs is shown or approached, so that others don't fetch them.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinStudies(page) {
  const { tabs, settings, worksheet } = page;
  const studies = new Part(async () => (await import("./studies.js")).openStudies(page));
  const theirs = [...document.querySelectorAll(".tab:has(.study)")].map((tab) => tab.getAttribute("data-tab") ?? "");
  tabs.onChange(() => {
    if (theirs.includes(tabs.current)) void studies.want();
    if (tabs.current !== "weight") worksheet.want(false);
  });
  for (const name of theirs) prepares(find(document, `#tab-${name}`, HTMLButtonElement), studies);
  settings.add("rate", menuSetting(find(document, "#range-test select[data-part=measure]", HTMLSelectElement)));
  worksheet.onChange(() => settings.applied.tell());
  settings.add("worksheet", {
    read: () => (worksheet.isWanted ? "1" : ""),
    apply(text) {
      if (text !== "1" || !isOffered(find(document, "#tab-weight", HTMLButtonElement))) return false;
      tabs.show("weight");
      worksheet.want(true);
      return true;
    },
  });
  settings.add("ascent", boxesSetting([...document.querySelectorAll("#maximisation input")]));
  // What the address says of cards that aren't here yet, which take it over.
  for (const name of /** @type {const} */ (["saliency", "errors"])) {
    let early = "";
    settings.add(name, {
      read: () => early,
      apply(text) {
        early = text;
        return true;
      },
    });
  }
}
