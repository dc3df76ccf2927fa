// A classic script that comes before all others and needs none of them: whatever of the page can't be loaded, or fails, is said on
// the page itself, in words that came with it (templates/trouble.html). Where not even this comes, a style shows them.
(() => {
  /** How long after the page began to be left what fails is nobody's business: its requests are broken off. */
  const LEAVING_MS = 3000;
  /** What of a file's address is the same for all. */
  const STATIC = /https?:\/\/\S*?\/static\/[0-9a-f]{12}\//g;
  /** What failed, for who is to mend it. */
  const details = new Set();
  /** Files that were to be loaded ahead and did not come: only if one is missed in the end is that to be said. */
  const missed = new Set();
  let leaving = false;

  const notice = () => document.querySelector("#trouble");
  const nameOf = (/** @type {string} */ address) => address.replace(STATIC, "");

  /** @param {string} detail */
  function say(detail) {
    if (leaving) return;
    details.add(detail);
    show();
  }

  function show() {
    const list = notice()?.querySelector("ul");
    if (!list || details.size === 0) return;
    const items = [...details, ...missed].map((detail) => {
      const item = document.createElement("li");
      item.textContent = detail;
      return item;
    });
    list.replaceChildren(...items);
    notice()?.setAttribute("data-said", "");
  }

  /**
   * A file has not come.
   * @param {string} address
   * @param {boolean} needed
   */
  function lost(address, needed) {
    // What something else has put into the page is not the page's, and mostly not let in.
    if (!address.startsWith(`${location.protocol}//${location.host}/`)) return;
    if (needed) say(nameOf(address));
    else missed.add(nameOf(address));
  }

  /**
   * @param {unknown} error
   * @param {string} [place] where no stack says it
   */
  function failed(error, place = "") {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    // Of somebody who has changed their browser, and not of this page.
    if (/-extension:/.test(stack + place)) return;
    const [, file = nameOf(place)] = /\/static\/[0-9a-f]{12}\/([\w./-]+:\d+)/.exec(stack) ?? [];
    say(nameOf(file ? `${error} (${file})` : String(error)));
  }

  addEventListener(
    "error",
    (event) => {
      const { target } = event;
      if (target instanceof HTMLScriptElement) lost(target.src, true);
      else if (target instanceof HTMLLinkElement) lost(target.href, target.rel === "stylesheet");
      // Without an error it is a remark of the browser's own, such as that of a ResizeObserver which comes again in the next frame.
      else if (event instanceof ErrorEvent && event.error) failed(event.error, `${event.filename}:${event.lineno}`);
    },
    { capture: true },
  );
  addEventListener("unhandledrejection", ({ reason }) => failed(reason));
  addEventListener("DOMContentLoaded", () => {
    show();
    notice()
      ?.querySelector("button")
      ?.addEventListener("click", () => notice()?.removeAttribute("data-said"));
  });
  addEventListener("load", () => {
    // By now every script of the page has run or never will, whether or not the browser has told of it.
    if (notice()?.hasAttribute("data-awaited") && !document.documentElement.dataset.loaded) say("main.js");
  });
  addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(() => (leaving = false), LEAVING_MS);
  });
})();
