// A classic script that runs before all others and needs none of them: it reports on the page itself whatever can't be loaded or
// fails, in words that came with the page (templates/trouble.html). If this script doesn't load either, a style shows them.
(() => {
  /** How long failures are ignored once the page is being left: its pending requests are aborted then. */
  const LEAVING_MS = 3000;
  /** The part of a file's address that all of them share. */
  const STATIC = /https?:\/\/\S*?\/static\/[0-9a-f]{12}\//g;
  /** What failed, in terms for whoever has to fix it. */
  const details = new Set();
  /** Preloads that failed: reported only together with something that is needed. */
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
   * Record that a file could not be loaded.
   * @param {string} address
   * @param {boolean} needed
   */
  function lost(address, needed) {
    // Files that an extension put into the page are not ours, and are mostly blocked.
    if (!address.startsWith(`${location.protocol}//${location.host}/`)) return;
    if (needed) say(nameOf(address));
    else missed.add(nameOf(address));
  }

  /**
   * @param {unknown} error @param {string} [place] used if the error has no stack
   */
  function failed(error, place = "") {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    // A browser extension's error, not this page's.
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
      // An event without an error is a notice from the browser, such as a ResizeObserver loop that continues in the next frame.
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
    // By now every script of the page has run or never will, whether or not the browser reported it.
    if (notice()?.hasAttribute("data-awaited") && !document.documentElement.dataset.loaded) say("main.js");
  });
  addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(() => (leaving = false), LEAVING_MS);
  });
})();
