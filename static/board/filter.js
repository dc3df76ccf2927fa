import { kernelLayers } from "../state/tensors.js";

/**
 * Select a filter, whose map was chosen: the weight in the middle of its first kernel.
 * @param {import("../page/page.js").Page} page
 * @param {{layer: string, lane: number, out: number}} filter
 * @param {boolean} [byKeys] so it is announced to a screen reader
 */
export function selectFilter({ store, selection }, { layer, lane, out }, byKeys = false) {
  const shape = kernelLayers(store.experiment?.layers ?? []).find((one) => one.layer.name === layer)?.shape;
  if (!shape) return;
  const selected = { layer, lane, cell: { out, in: 0, row: shape.rows >> 1, col: shape.cols >> 1 } };
  if (byKeys) selection.reach(selected);
  else selection.set(selected);
}
