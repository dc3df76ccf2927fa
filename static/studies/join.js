import { find } from "../base/dom.js";
import { listOf } from "../state/address.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/** The cards, by their names in an address. @type {Record<string, string>} */
const CARDS = { phases: "phases", weight: "one-weight", line: "loss-line", lens: "batch-lens" };

/**
 * The studies come when somebody opens one, or comes near: those that never look don't fetch them.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinStudies(page) {
  const studies = new Part(async () => (await import("./studies.js")).openStudies(page));
  for (const card of document.querySelectorAll("details.study")) {
    for (const sign of ["toggle", "pointerenter", "focusin"]) card.addEventListener(sign, () => void studies.want(), { once: true });
  }
  page.settings.add("open", {
    read: () =>
      Object.keys(CARDS)
        .filter((name) => cardOf(name).open)
        .join(","),
    apply(text) {
      const known = listOf(text).filter((name) => name in CARDS && cardOf(name).dataset.gone !== "unsupported");
      for (const name of known) cardOf(name).open = true;
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
  // Somebody tests rates: the button says how far that is.
  store.on("range", () => void dialog.want());
}

/** @param {string} name */
function cardOf(name) {
  return find(document, `#${CARDS[name]}`, HTMLDetailsElement);
}
