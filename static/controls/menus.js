import { find } from "../base/dom.js";

/** Menus open below their openers, within the page, and close when an entry is chosen. */
export function joinMenus() {
  for (const menu of document.querySelectorAll(".menu-panel")) {
    if (!(menu instanceof HTMLElement)) continue;
    const opener = find(document, `[popovertarget="${menu.id}"]`, HTMLButtonElement);
    menu.addEventListener("beforetoggle", () => place(menu, opener));
    // First, so that the focus is on the opener again, to which a dialog gives it back.
    menu.addEventListener(
      "click",
      ({ target }) => {
        if (target instanceof Element && target.closest(".menu-entry")) menu.hidePopover();
      },
      { capture: true },
    );
  }
}

/**
 * Align a menu with the nearer edge of its opener.
 * @param {HTMLElement} menu
 * @param {HTMLElement} opener
 */
function place(menu, opener) {
  const { left, right, bottom } = opener.getBoundingClientRect();
  const { clientWidth } = document.documentElement;
  const isLeft = left + right < clientWidth;
  menu.style.setProperty("--menu-left", isLeft ? `${left + scrollX}px` : "auto");
  menu.style.setProperty("--menu-right", isLeft ? "auto" : `${clientWidth - right - scrollX}px`);
  menu.style.setProperty("--menu-top", `${bottom + scrollY}px`);
}
