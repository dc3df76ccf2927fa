import { listOf } from "../state/address.js";
import { Part } from "../page/part.js";
import { addFragment } from "../page/fragment.js";
import { Lineup } from "./lineup.js";

/**
 * Add the controls of the lineup, and the editor of one lane, which is loaded when a lane's menu is pressed.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinLanes(page) {
  const { store, shownLanes, settings } = page;
  const lineup = new Lineup(page);
  page.offer(() => lineup.update(store.experiment, page.settable, shownLanes.missing));
  store.on("experiment", () => shownLanes.describe(ids()));
  settings.add("without", {
    read: () =>
      ids()
        .filter((id) => shownLanes.hidden.has(id))
        .join(","),
    apply(text) {
      const known = listOf(text).filter((id) => ids().includes(id));
      shownLanes.showAll();
      for (const id of known) shownLanes.hide(id);
      return known.length > 0 || text === "";
    },
  });

  const editor = new Part(async () => {
    const [{ LaneEditor }] = await Promise.all([import("./editor.js"), addFragment("lane-editor", page.translator)]);
    return new LaneEditor(page);
  });
  document.addEventListener("click", ({ target }) => {
    const lane = target instanceof Element ? target.closest(".lane-menu")?.closest("[data-lane]") : null;
    if (lane instanceof HTMLElement) void editor.want().then((here) => here?.open(lane.dataset.lane ?? ""));
  });

  /** @returns {string[]} of all lanes */
  function ids() {
    return store.experiment?.lanes.map(({ id }) => id) ?? [];
  }
}
