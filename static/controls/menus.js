import { find } from "../base/dom.js";

/**
 * The menus below the masthead. Whoever chooses an entry that opens something, closes the menu by that.
 */

export function joinMenus() {
  for (const menu of document.querySelectorAll(".menu-panel")) {
    if (!(menu instanceof HTMLElement)) continue;
    const opener = find(document, `[popovertarget="${menu.id}"]`, HTMLButtonElement);
    menu.addEventListener("beforetoggle", () => {
      menu.style.setProperty("--menu-left", `${opener.getBoundingClientRect().left}px`);
    });
    menu.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest(".menu-entry")) menu.hidePopover();
    });
  }
}
