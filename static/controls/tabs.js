import { find, hide, isOffered } from "../base/dom.js";
import { listOf } from "../state/address.js";
import { TABS, TAB_OF_CARD } from "../state/tabs.js";

/**
 * The switch between the page's tabs; only the panel of the current one is shown.
 *
 * @typedef {import("../state/tabs.js").TabName} TabName
 */

/** @param {import("../page/page.js").Page} page */
export function joinTabs({ tabs, settings, fit }) {
  const all = TABS.map((name) => ({
    name,
    button: find(document, `#tab-${name}`, HTMLButtonElement),
    panel: find(document, `.tab[data-tab="${name}"]`, HTMLElement),
  }));
  for (const { name, button } of all) button.addEventListener("click", () => tabs.show(name));
  tabs.onChange(reflect);
  settings.add("tab", {
    read: () => tabs.current,
    apply: (text) => all.some(({ name, button }) => name === text && isOffered(button) && (tabs.show(name), true)),
  });
  // Addresses of earlier versions name the cards that were open.
  settings.add("open", {
    read: () => "",
    apply(text) {
      const [name] = listOf(text).flatMap((card) => TAB_OF_CARD[card] ?? []);
      if (name) tabs.show(name);
      return name !== undefined;
    },
  });

  function reflect() {
    for (const { name, button, panel } of all) {
      const isCurrent = name === tabs.current;
      if (isCurrent) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      hide(panel, !isCurrent);
    }
    fit.invalidate();
  }
}
