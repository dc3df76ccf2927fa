import { find, hide } from "../base/dom.js";
import { loadTranslator } from "../base/i18n.js";
import { loadSheet } from "../base/sheet.js";
import { addFragment } from "../page/fragment.js";
import { opens } from "../page/opener.js";
import { Part } from "../page/part.js";

/**
 * What an owner does with experiments, in the menu of the experiment's name: find, rename and duplicate them. Who only watches has
 * none of it but their own list.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinExperiments(page) {
  const { store, translator } = page;
  const button = (/** @type {string} */ id) => find(document, `#${id}`, HTMLButtonElement);
  const [mine, rename, duplicate] = ["experiments-open", "rename-open", "duplicate"].map(button);
  const anew = find(document, "#new-experiment", HTMLFormElement);
  const words = async () => {
    const [found] = await Promise.all([
      loadTranslator(translator.language, "experiments/"),
      loadSheet("styles/experiments/experiments.css"),
      addFragment("experiments", translator),
    ]);
    return found;
  };
  opens(mine, new Part(async () => new (await import("./list.js")).ExperimentList(page, mine, await words())));
  opens(rename, new Part(async () => new (await import("./renaming.js")).Renaming(page, rename, await words())));
  opens(duplicate, new Part(async () => new (await import("./duplicating.js")).Duplicating(page, duplicate, await words())));
  page.offer(() => {
    const { control = false, may_open: mayOpen = false } = store.audience ?? {};
    hide(mine, !mayOpen);
    hide(anew, !mayOpen);
    hide(rename, !control);
    hide(duplicate, !control || !mayOpen);
    rename.disabled = duplicate.disabled = !page.obeyed;
  });
}
