import { Connection } from "./connection.js";
import { find, write } from "./dom.js";
import { loadTranslator } from "./i18n.js";
import { Loop } from "./loop.js";
import { decodeFrame } from "./protocol.js";
import { Selection } from "./selection.js";
import { GapError } from "./series.js";
import { Store } from "./store.js";
import { bindThemeControl } from "./theme.js";
import { Announcer } from "./views/announcer.js";
import { Board } from "./views/board.js";
import { Chart } from "./views/chart.js";
import { Controls } from "./views/controls.js";
import { describe } from "./views/description.js";
import { Inspector } from "./views/inspector.js";
import { Notices } from "./views/notices.js";
import { Status } from "./views/status.js";

/**
 * Wires the page together: messages go into the store, and what changes in the store makes tasks of the one animation
 * loop run.
 *
 * @typedef {import("./connection.js").ConnectionState} ConnectionState
 * @typedef {import("./types.js").Experiment} Experiment
 * @typedef {import("./types.js").ServerError} ServerError
 */

/** Numbers that change faster than this can't be read. */
const READABLE_INTERVAL_MS = 100;

const translator = await loadTranslator(document.documentElement.lang);
const store = new Store();
const selection = new Selection();
const notices = new Notices();
const announcer = new Announcer(translator, notices);
const status = new Status(translator);
const description = find(document, "#description", HTMLElement);

const experimentId = location.pathname.split("/").at(-1);
const socketUrl = `${location.origin.replace(/^http/, "ws")}/ws/experiments/${experimentId}`;
const connection = new Connection(socketUrl, {
  onOpen: () => store.beginSession(),
  onText: receiveText,
  onFrame: receiveFrame,
  onState: connectionChanged,
});
const controls = new Controls(translator, (command) => connection.send(command));

/** The lane whose rate was last asked for: an error about a rate doesn't say whose. */
let rateAskedFor = "";
const board = new Board(store, selection, translator, {
  onRate(lane, rate) {
    rateAskedFor = lane;
    connection.send({ type: "set_learning_rate", lane, rate });
  },
  onCell(layer, lane, cell, how) {
    selection.set({ layer, lane, cell });
    if (how === "keys") {
      inspector.update();
      notices.announce(inspector.spoken());
    }
  },
});
const inspector = new Inspector(store, selection, board, translator);
const chart = new Chart(store, translator, () => readouts.invalidate());

const loop = new Loop();
/**
 * The snapshot on the screen; while it is the newest, painting again is no new frame.
 * @type {import("./protocol.js").SnapshotFrame | null}
 */
let painted = null;

// Before the others: a canvas is empty once it has another size, and must be painted again in the same frame.
const fit = loop.task(() => {
  board.resize();
  inspector.resize();
  chart.resize();
  paint.invalidate();
  numbers.invalidate();
});
const paint = loop.task((now) => {
  const { snapshot } = store;
  if (!snapshot || !store.experiment) return;
  if (snapshot.run !== store.experiment.run) {
    // A picture of the run before, overtaken by a reset: drawn, it would set the scales of the new run.
    connection.send({ type: "ack", frame: snapshot.frame });
    return;
  }
  const isNew = snapshot !== painted;
  if (isNew) board.observe(snapshot);
  board.paint(snapshot);
  board.show();
  if (!isNew) return;
  if (!painted) performance.mark("first-kernels");
  painted = snapshot;
  status.painted(snapshot, now);
  // Only now, so that a hidden page, which gets no animation frames, gets no pictures either.
  connection.send({ type: "ack", frame: snapshot.frame });
});
const outline = loop.task(() => board.show());
const numbers = loop.task(
  () => {
    status.update(store.experiment, store.snapshot, connection.state);
    board.updateHeads();
    inspector.update();
  },
  { interval: READABLE_INTERVAL_MS },
);
const curves = loop.task(() => chart.update(true), { interval: READABLE_INTERVAL_MS });
const readouts = loop.task(() => chart.update(false));

store.on("experiment", () => {
  const experiment = /** @type {Experiment} */ (store.experiment);
  write(description, describe(experiment, translator));
  board.describe();
  chart.describe();
  inspector.describe();
  announcer.experiment(experiment, store.snapshot?.step ?? 0);
  controls.update(experiment, connection.state === "open");
  const failure = { reason: experiment.failure ?? "" };
  notices.banner(experiment.status === "failed" ? translator.text("error.failed", failure) : null);
  numbers.invalidate();
  paint.invalidate();
});
store.on("run", () => {
  board.scales.clear();
  status.meter.clear();
});
store.on("scalars", () => {
  curves.invalidate();
  numbers.invalidate();
});
store.on("snapshot", () => {
  paint.invalidate();
  numbers.invalidate();
});
selection.onChange(() => {
  outline.invalidate();
  numbers.invalidate();
});

bindThemeControl(find(document, "#theme", HTMLSelectElement), () => {
  board.retheme();
  chart.rebuild();
  fit.invalidate();
});
new ResizeObserver(() => fit.invalidate()).observe(board.root);
new ResizeObserver(() => fit.invalidate()).observe(chart.target);
watchPixelRatio();
connection.open();

/** @param {string} text */
function receiveText(text) {
  /** @type {Experiment | ServerError | {type: "unknown"}} */
  const message = JSON.parse(text);
  if (message.type === "experiment") store.applyExperiment(message);
  else if (message.type === "error") refused(message);
}

/** @param {ServerError} error */
function refused({ about, message }) {
  const head = board.heads.find(({ root }) => root.dataset.lane === rateAskedFor);
  if (about === "set_learning_rate" && head) head.rate.refuse(message);
  else notices.toast(translator.text("error.general", { message }));
}

/** @param {ArrayBuffer} buffer */
function receiveFrame(buffer) {
  try {
    const frame = decodeFrame(buffer);
    if (frame.kind === "scalars") store.applyScalars(frame);
    // One of an earlier run is never drawn; unacknowledged it would hold up all that follow.
    else if (!store.applySnapshot(frame)) connection.send({ type: "ack", frame: frame.frame });
  } catch (error) {
    if (error instanceof GapError) {
      connection.resynchronise();
      return;
    }
    connection.close();
    const message = error instanceof Error ? error.message : String(error);
    notices.banner(translator.text("error.protocol", { message }));
  }
}

/**
 * @param {ConnectionState} state
 * @param {number} code
 */
function connectionChanged(state, code) {
  controls.update(store.experiment, state === "open");
  for (const head of board.heads) head.rate.enable(state === "open");
  const reason = `error.closed.${code}`;
  if (state !== "open" && translator.has(reason)) notices.banner(translator.text(reason));
  announcer.connection(state);
  numbers.invalidate();
}

/** The ratio of device to CSS pixels changes when a window moves between screens or is zoomed; each query tells once. */
function watchPixelRatio() {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  query.addEventListener(
    "change",
    () => {
      fit.invalidate();
      watchPixelRatio();
    },
    { once: true },
  );
}
