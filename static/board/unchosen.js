import { leadingLane } from "../state/leading.js";

/**
 * What is shown as long as nobody has chosen it: the weight in the middle of the first kernel, of the lane that learns.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinUnchosen({ store, selection, view }) {
  const choose = () => {
    const { experiment, series } = store;
    const [first] = view.shown;
    if (!experiment || !first) return;
    const { current, chosen } = selection;
    const isThere = view.shown.some(({ layer }) => layer.name === current?.layer) && (current?.lane ?? 0) < experiment.lanes.length;
    if (chosen && isThere) return;
    const { layer, shape } = first;
    const cell = { out: 0, in: 0, row: shape.rows >> 1, col: shape.cols >> 1 };
    const lane = leadingLane(experiment.lanes, series, current?.lane ?? 0);
    selection.set({ layer: layer.name, lane, cell }, { chosen: false });
  };
  for (const topic of ["experiment", "run", "scalars"]) store.on(topic, choose);
  view.onChange(choose);
}
