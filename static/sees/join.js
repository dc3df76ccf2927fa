import { find } from "../base/dom.js";
import { loadSheet } from "../base/sheet.js";
import { prepares } from "../page/opener.js";
import { Part } from "../page/part.js";
import { menuSetting } from "../page/settings.js";

/**
 * The tab "What it sees", loaded when it is first shown or approached.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinSees(page) {
  const { tabs, translator } = page;
  const sees = new Part(async () => {
    const [{ Sees }] = await Promise.all([import("./sees.js"), loadSheet("styles/studies.css"), translator.add("sees/")]);
    return new Sees(page);
  });
  tabs.onChange(() => {
    if (tabs.current === "sees") void sees.want();
  });
  prepares(find(document, "#tab-sees", HTMLButtonElement), sees);
  /** The lane that is shown alone, until the tab is loaded. */
  let lane = "";
  page.settings.add("maps", menuSetting(find(document, "#sees select[data-part=maps]", HTMLSelectElement)));
  page.settings.add("sees", {
    read: () => sees.here?.lane ?? lane,
    apply(text) {
      const isThere = text === "" || (page.store.experiment?.lanes.some(({ id }) => id === text) ?? false);
      if (!isThere) return false;
      lane = text;
      void sees.want().then((here) => here?.showLane(text));
      return true;
    },
  });
}
