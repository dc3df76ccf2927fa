import { READABLE_MS } from "../base/loop.js";
import { cellText, readCell } from "../state/address.js";
import { renewal } from "../state/renewal.js";
import { kernelOf } from "../state/selection.js";
import { othersOf } from "../state/tensors.js";
import { Board } from "./board.js";
import { Inspector } from "./inspector.js";
import { MapReadout } from "./map-readout.js";
import { pointAtMaps } from "./maps.js";
import { fitSheet } from "./paper.js";
import { PointedReadout } from "./pointed.js";
import { describePanels } from "./panel-summary.js";

/**
 * The board and the inspector on the page: painted with the frames, their numbers written no faster than they can be read.
 *
 * @typedef {import("../page/page.js").Page} Page
 */

/** How often another kernel's exact numbers are asked for. */
const LOOK_INTERVAL_MS = 100;
/** The facts under the filters change slowly. */
const FACTS_INTERVAL_MS = 500;
/** Listening takes longer than looking. */
const SUMMARY_INTERVAL_MS = 3000;

/** @param {Page} page */
export function joinBoard(page) {
  const { store, selection, session, loop, view, shownLanes, tabs, translator } = page;
  /** The lane whose rate was last requested: an error about a rate doesn't name the lane. */
  let rateAskedFor = "";
  const board = new Board(
    page,
    (lane, rate) => {
      rateAskedFor = lane;
      session.send({ type: "set_learning_rate", lane, rate });
    },
    () => {
      paint.invalidate();
      for (const task of [heads, facts]) task.hurry();
    },
  );
  const isShown = () => tabs.current === "kernels";
  let isFirst = true;
  const paint = loop.task((now) => {
    const { shown, snapshot, experiment } = store;
    if (!shown || !snapshot || !experiment) return;
    // A snapshot of the previous run, overtaken by a reset, is not painted.
    if (snapshot.run === experiment.run) {
      if (isShown()) {
        board.paint(shown);
        board.show();
        if (isFirst) performance.mark("first-kernels");
        isFirst = false;
      }
      page.painted.tell(snapshot, now);
    }
    session.drawn();
  });
  pointAtMaps(page, board);
  const outline = loop.task(() => board.show(), { isShown });
  const heads = loop.task(() => board.updateHeads(), { interval: READABLE_MS, isShown });
  const facts = loop.task(() => board.updateFacts(), { interval: FACTS_INTERVAL_MS, isShown });
  let turn = 0;
  const summary = loop.task(() => describePanels(board.rows, store, translator, (turn += 1)), { interval: SUMMARY_INTERVAL_MS, isShown });
  const renew = renewal(store, session);

  store.on("experiment", () => {
    board.describe();
    summary.interval = SUMMARY_INTERVAL_MS / (store.experiment?.lanes.length ?? 1);
    paint.invalidate();
    renew(heads, facts, summary);
  });
  for (const topic of ["run", "scalars", "audience"]) store.on(topic, () => renew(heads));
  store.on("snapshot", () => {
    paint.invalidate();
    renew(heads, facts, summary);
  });
  store.on("shown", () => {
    board.root.toggleAttribute("data-past", store.past !== null);
    paint.invalidate();
    for (const task of [heads, facts]) task.hurry();
    summary.invalidate();
  });
  const want = () => session.interest.want("board", view.wanted(isShown()));
  view.onChange(() => {
    want();
    board.renew();
    page.offered.tell();
  });
  tabs.onChange(() => {
    board.watch();
    want();
  });
  // Its legends are new: at rest no snapshot comes to fill them, and no description to say which of them can be used.
  const recolour = () => {
    board.recolour();
    page.offered.tell();
    paint.invalidate();
    facts.hurry();
  };
  /** The class that the legends name. @type {number | null | undefined} */
  let named;
  page.image.onArrival(() => {
    if (page.image.label === named) return; // as with each stroke of a drawing
    named = page.image.label;
    recolour();
  });
  view.onReveal((layer, filter) => board.reveal(layer, filter));
  // This remakes all pictures.
  view.turning.add(() => page.fit.invalidate());
  page.image.onChange(() => heads.hurry());
  page.image.onArrival(() => heads.hurry());
  shownLanes.onChange(() => board.placeLanes());
  const follow = () => board.strip.show(selection.current?.lane ?? 0);
  selection.onChange(() => {
    const { current, chosen } = selection;
    if (current && chosen) board.reveal(current.layer, current.cell.out);
    outline.invalidate();
    follow();
  });
  for (const pointed of [page.pointed, page.pointedMap]) pointed.onChange(() => outline.invalidate());
  page.connection.add(() => heads.hurry());
  page.offer(() => board.offer());
  page.refusals.on("set_learning_rate", (message) => {
    const head = board.heads.find(({ id }) => id === rateAskedFor);
    head?.rate.refuse(message);
    return head !== undefined;
  });
  page.themed.add(recolour);
  page.fitted.add(() => {
    board.resize();
    follow();
    board.updateFacts();
    paint.invalidate();
  });
  page.printed.add(() => {
    board.updateHeads();
    fitSheet(board.root);
    paint.run(performance.now());
  });
  new ResizeObserver(() => page.fit.invalidate()).observe(board.root);
  page.settings.add("cell", cellSetting(page));
}

/** @param {Page} page */
export function joinInspector(page) {
  const { store, selection, pointed, view, session, loop, tabs } = page;
  const inspector = new Inspector(page);
  /** Whether a cell was reached by the keys and not yet announced. */
  let toBeSpoken = false;
  const look = loop.task(() => session.selected());
  const glass = loop.task(
    () => {
      inspector.update();
      if (!toBeSpoken || !inspector.isExact) return;
      toBeSpoken = false;
      page.notices.announce(inspector.spoken());
    },
    { interval: READABLE_MS, isShown: () => tabs.current === "kernels" },
  );
  const renew = renewal(store, session);
  store.on("experiment", () => {
    inspector.describe();
    glass.hurry();
  });
  store.on("snapshot", () => {
    renew(glass);
    // Another cell was chosen, and its numbers are awaited.
    if (!inspector.isExact) glass.hurry();
  });
  store.on("shown", () => glass.hurry());
  view.onChange(() => inspector.describe());
  selection.onChange(() => {
    toBeSpoken = false;
    look.invalidate();
    glass.hurry();
  });
  pointed.onChange(() => glass.hurry());
  selection.onReach(() => {
    toBeSpoken = true;
    glass.hurry();
  });
  page.fitted.add(() => {
    inspector.resize();
    glass.hurry();
  });
  page.printed.add(() => glass.run(performance.now()));
}

/**
 * The exact numbers of what is pointed at: of a weight, or of a place of a filter's map.
 * @param {Page} page
 */
export function joinPointed(page) {
  const { store, pointed, pointedMap, session, loop } = page;
  const readout = new PointedReadout(page);
  const write = loop.task(() => readout.update(), { interval: READABLE_MS });
  const ofMap = new MapReadout(page);
  /** The place of a map that was announced last. @type {unknown} */
  let told = null;
  const writeMap = loop.task(
    () => {
      ofMap.update();
      const { current, byKeys } = pointedMap;
      if (!current || !byKeys || current === told || !ofMap.isExact) return;
      told = current;
      page.notices.announce(ofMap.spoken());
    },
    { interval: READABLE_MS },
  );
  // Whoever crosses many kernels looks at none of them.
  const look = loop.task(() => session.interest.point(kernelAt(page)), { interval: LOOK_INTERVAL_MS });
  // Of a filter in colour, the kernels of the other two channels too.
  const also = loop.task(() => session.interest.also(othersAt(page)), { interval: LOOK_INTERVAL_MS });
  for (const changed of [pointed.listeners, page.selection.listeners, page.view.listeners]) changed.add(() => also.invalidate());
  pointed.onChange(() => {
    write.hurry();
    look.invalidate();
  });
  pointedMap.onChange(() => {
    writeMap.hurry();
    look.invalidate();
  });
  store.on("snapshot", () => {
    if (readout.isExact) write.invalidate();
    else write.hurry();
    if (ofMap.isExact) writeMap.invalidate();
    else writeMap.hurry();
  });
  store.on("shown", () => {
    for (const task of [write, writeMap]) task.hurry();
  });
  // What was pointed at is elsewhere then, or gone.
  for (const changed of [page.fitted, page.tabs.listeners, page.view.listeners]) {
    changed.add(() => {
      pointed.leave();
      pointedMap.leave();
    });
  }
  store.on("experiment", () => {
    if (pointed.current && pointed.current.lane >= (store.experiment?.lanes.length ?? 0)) pointed.leave();
  });
  let pointer = { clientX: 0, clientY: 0 };
  document.addEventListener("pointermove", ({ clientX, clientY }) => (pointer = { clientX, clientY }), { passive: true });
  document.addEventListener(
    "scroll",
    () => {
      pointedMap.leave();
      if (!pointed.current) return;
      pointed.leave();
      // The pointer rests, and something else comes to lie under it.
      const under = document.elementFromPoint(pointer.clientX, pointer.clientY);
      if (under instanceof HTMLCanvasElement) under.dispatchEvent(new PointerEvent("pointermove", pointer));
    },
    { capture: true, passive: true },
  );
}

/**
 * The kernel that is pointed at, or the first of the filter whose map is.
 * @param {Page} page
 */
function kernelAt({ pointed, pointedMap }) {
  if (pointed.current) return kernelOf(pointed.current);
  const map = pointedMap.current;
  return map && map.quantity !== "input" ? { layer: map.layer, out: map.out, in: 0 } : null;
}

/** The kernels that are drawn together with those that are selected and pointed at. @param {Page} page */
function othersAt({ pointed, selection, view }) {
  const kernels = [selection.current, pointed.current].flatMap((weight) => (weight ? [kernelOf(weight)] : []));
  const others = kernels.flatMap((kernel) => othersOf(kernel, view.shapeOf(kernel.layer)));
  return [...new Map(others.map((one) => [JSON.stringify(one), one])).values()];
}

/**
 * The address's setting for the selected weight, if one was chosen.
 * @param {Page} page
 * @returns {import("../page/settings.js").Setting}
 */
function cellSetting({ store, selection, view }) {
  const lanes = () => store.experiment?.lanes.map(({ id }) => id) ?? [];
  return {
    read() {
      const { current, chosen } = selection;
      return current && chosen ? cellText(current.layer, lanes()[current.lane] ?? "", current.cell) : "";
    },
    apply(text) {
      const found = readCell(text);
      const lane = lanes().indexOf(found?.lane ?? "");
      const shape = view.shown.find(({ layer }) => layer.name === found?.layer)?.shape;
      if (!found || lane < 0 || !shape) return false;
      const { layer, cell } = found;
      const isThere = cell.out < shape.out && cell.in < shape.in && cell.row < shape.rows && cell.col < shape.cols;
      if (isThere) selection.set({ layer, lane, cell });
      return isThere;
    },
  };
}
