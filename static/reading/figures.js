import { READABLE_MS } from "../base/loop.js";
import { HierarchyFigure } from "./hierarchy.js";
import { BackwardFigure, ForwardFigure, LayersFigure, StartFigure } from "./kernels.js";
import { BatchesFigure, EpochFigure, LossFigure, RatesFigure } from "./run.js";
import { DescentFigure, SharingFigure } from "./weight.js";

/**
 * The live figures in the reading: one task draws those that are on screen, from the page's data; what only they need is requested
 * only while they are visible.
 *
 * @typedef {import("./figure.js").Figure} Figure
 */

const KINDS = {
  start: StartFigure,
  forward: ForwardFigure,
  loss: LossFigure,
  backward: BackwardFigure,
  descent: DescentFigure,
  sharing: SharingFigure,
  batches: BatchesFigure,
  epochs: EpochFigure,
  rates: RatesFigure,
  layers: LayersFigure,
  hierarchy: HierarchyFigure,
};

/**
 * Draw the figures of the reading.
 * @param {HTMLElement} root the reading @param {import("../page/page.js").Page} page
 */
export function showFigures(root, page) {
  const { store, selection, image, session, loop, themed } = page;
  /** @type {Map<Element, Figure>} */
  const figures = new Map();
  for (const element of root.querySelectorAll("figure[data-live]")) {
    const Kind = element instanceof HTMLElement && KINDS[/** @type {keyof typeof KINDS} */ (element.dataset.live)];
    if (Kind) figures.set(element, new Kind(element, page));
  }
  const all = [...figures.values()];
  const draw = loop.task(
    () => {
      for (const figure of all) {
        if (!figure.seen) continue;
        if (figure.due) figure.draw();
        figure.due = false;
        figure.age();
      }
    },
    { interval: READABLE_MS },
  );

  /** @param {(figure: Figure) => boolean} concerned */
  const renew = (concerned) => {
    for (const figure of all) if (concerned(figure)) figure.due = true;
    if (all.some(({ seen, due }) => seen && due)) draw.invalidate();
  };
  const ask = () => {
    const seen = all.filter((figure) => figure.seen);
    session.interest.want("text", {
      subjects: seen.flatMap((figure) => figure.subjects()),
      quantities: seen.flatMap((figure) => figure.quantities()),
    });
  };
  for (const figure of all) {
    figure.renew = () => {
      ask();
      renew((one) => one === figure);
    };
  }
  for (const topic of new Set(all.flatMap(({ topics }) => topics))) store.on(topic, () => renew(({ topics }) => topics.includes(topic)));
  store.on("snapshot", () => draw.invalidate());
  // The first description tells which lanes there are.
  store.on("experiment", ask);
  const everything = () => renew(() => true);
  for (const choice of [selection, image]) {
    choice.onChange(() => {
      ask();
      everything();
    });
  }
  const rethemed = () => {
    for (const figure of all) figure.retheme();
    everything();
  };
  themed.add(rethemed);
  new ResizeObserver(everything).observe(root);
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      const figure = figures.get(target);
      if (figure) figure.seen = isIntersecting;
      if (!isIntersecting) figure?.leave();
    }
    ask();
    renew(() => false);
  });
  for (const element of figures.keys()) observer.observe(element);
}
