import { find, hide, part, write } from "../base/dom.js";
import { describe, nameOf } from "../state/description.js";

/**
 * Describe the experiment: its name, also in the title of the tab, the line in its menu, whether it is kept, and what has failed.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinDescription(page) {
  const { store, translator, notices } = page;
  const main = find(document, "main", HTMLElement);
  const name = part(find(document, "#experiment-name", HTMLElement), "name");
  const line = find(document, "#description", HTMLElement);
  const unkept = find(document, "#unkept", HTMLElement);
  store.on("experiment", () => {
    const experiment = /** @type {import("../base/types.js").Experiment} */ (store.experiment);
    write(name, nameOf(experiment, translator));
    document.title = `${nameOf(experiment, translator)} · Kernelscope`;
    write(line, describe(experiment, translator));
    const failure = translator.text(`failure.${experiment.failure_code}`, { reason: experiment.failure ?? "" });
    notices.banner(experiment.status === "failed" ? translator.text("error.failed", { reason: failure }) : null);
    const why = unkept.dataset[experiment.kept] ?? "";
    write(unkept, why);
    hide(unkept, why === "");
  });
  page.connection.add((state, code) => {
    main.toggleAttribute("data-stale", state === "reconnecting" || state === "closed");
    const reason = `error.closed.${code}`;
    if (state !== "open" && translator.has(reason)) notices.banner(translator.text(reason));
  });
}
