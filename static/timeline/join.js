import { find, hide, write } from "../base/dom.js";
import { Part } from "../page/part.js";

/** Commands that take the experiment to another step. */
const TRAINS = new Set(["start", "step", "phase", "epoch", "reset", "new_seed", "restart"]);

/**
 * Load the timeline once it is on screen. The way back from an earlier step comes with the board.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinTimeline(page) {
  const { store, translator, playhead, sending, settings } = page;
  const toNow = find(document, "#to-now", HTMLButtonElement);
  toNow.addEventListener("click", () => playhead.go(null));
  store.on("shown", () => {
    write(toNow, translator.text("timeline.back", { step: translator.format.count(store.pastStep ?? 0) }));
    hide(toNow, store.past === null);
  });
  // Whoever starts training wants to see it.
  sending.add(({ type }) => {
    if (TRAINS.has(String(type))) playhead.go(null);
  });
  settings.add("at", {
    read: () => (playhead.step === null ? "" : String(playhead.step)),
    apply(text) {
      if (!/^\d{0,9}$/.test(text)) return false;
      playhead.go(text === "" ? null : Number(text));
      return true;
    },
  });

  const marks = find(document, '#timeline button[value="events"]', HTMLButtonElement);
  const mark = (/** @type {boolean} */ wanted) => {
    marks.setAttribute("aria-pressed", String(wanted));
    timeline.here?.draw();
  };
  marks.addEventListener("click", () => mark(marks.ariaPressed !== "true"));
  settings.add("events", {
    read: () => (marks.ariaPressed === "true" ? "1" : ""),
    apply(text) {
      mark(text === "1");
      return text === "" || text === "1";
    },
  });

  const timeline = new Part(async () => new (await import("./timeline.js")).Timeline(page));
  new IntersectionObserver((seen, observer) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    void timeline.want();
  }).observe(find(document, "#timeline", HTMLElement));
}
