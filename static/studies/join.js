import { find } from "../base/dom.js";
import { listOf } from "../state/address.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/**
 * Load the studies when one is opened or approached, so that others don't fetch them.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinStudies(page) {
  const studies = new Part(async () => (await import("./studies.js")).openStudies(page));
  /** By their names in an address. @type {Map<string, HTMLDetailsElement>} */
  const cards = new Map();
  for (const card of document.querySelectorAll("details.study")) {
    if (card instanceof HTMLDetailsElement) cards.set(card.dataset.group ?? "", card);
    for (const sign of ["toggle", "pointerenter", "focusin"]) card.addEventListener(sign, () => void studies.want(), { once: true });
  }
  page.settings.add("open", {
    read: () =>
      [...cards]
        .filter(([, card]) => card.open)
        .map(([name]) => name)
        .join(","),
    apply(text) {
      const known = listOf(text)
        .flatMap((name) => cards.get(name) ?? [])
        .filter(({ dataset }) => dataset.gone !== "unsupported");
      for (const card of known) card.open = true;
      return known.length > 0;
    },
  });
}

/**
 * @param {import("../page/page.js").Page} page
 */
export function joinRangeTest(page) {
  const { store } = page;
  const button = find(document, "#range-test", HTMLButtonElement);
  const dialog = new Part(async () => new (await import("./range/dialog.js")).RangeTestView(page));
  opens(button, dialog);
  page.offer(() => (button.disabled = store.experiment === null));
  // A range test is running: its button shows the progress.
  store.on("range", () => void dialog.want());
}
