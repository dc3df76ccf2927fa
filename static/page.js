import { apart, uncaught } from "./base/apart.js";
import { find, hide, write } from "./base/dom.js";
import { wantedFor } from "./state/kernel-view.js";
import { Listeners } from "./base/listeners.js";
import { Loop } from "./base/loop.js";
import { Parts } from "./parts.js";
import { Playhead } from "./state/playhead.js";
import { errorText, loadProblemWords } from "./base/problems.js";
import { renewal } from "./state/renewal.js";
import { Selection } from "./state/selection.js";
import { Session } from "./state/session.js";
import { Store } from "./state/store.js";
import { bindPrinting, bindThemeControl } from "./base/theme.js";
import { AddressBar } from "./controls/address-bar.js";
import { Announcer } from "./controls/announcer.js";
import { AudienceView } from "./controls/audience.js";
import { Board } from "./board/board.js";
import { Controls } from "./controls/controls.js";
import { describe } from "./state/description.js";
import { Guide } from "./guide/opener.js";
import { Inspector } from "./board/inspector.js";
import { Lineup } from "./lanes/lineup.js";
import { Notices } from "./controls/notices.js";
import { Openers } from "./controls/openers.js";
import { Pace } from "./controls/pace.js";
import { describePanels } from "./board/panel-summary.js";
import { Refusals } from "./controls/refusals.js";
import { Shortcuts } from "./guide/shortcuts.js";
import { Status } from "./controls/status.js";
import { StopLine } from "./controls/stop-line.js";
import { ViewSwitch } from "./board/view-switch.js";
import { Tooltip } from "./guide/tooltip.js";

/**
 * Wires the page together: the session puts what comes into the store, and what changes in the store makes tasks of the one
 * animation loop run.
 *
 * @typedef {import("./stream/connection.js").ConnectionState} ConnectionState
 * @typedef {import("./base/types.js").Experiment} Experiment
 * @typedef {import("./base/types.js").ServerError} ServerError
 */

/** Numbers that change faster than this can't be read. */
const READABLE_INTERVAL_MS = 200;
/** What stands under the filters changes slowly. */
const FACTS_INTERVAL_MS = 500;
/** Commands that take the experiment to another step. */
const TRAINS = new Set(["start", "step", "phase", "epoch", "reset", "new_seed", "restart"]);
/** Who listens needs longer than who sees. */
const SUMMARY_INTERVAL_MS = 3000;

/** @param {import("./base/i18n.js").Translator} translator */
export function openPage(translator) {
  const page = find(document, "main", HTMLElement);
  const { experiment: experimentId = "", watch } = page.dataset;
  const store = new Store();
  const selection = new Selection();
  const notices = new Notices();
  const refusals = new Refusals(notices);
  const announcer = new Announcer(translator, notices);
  const status = new Status(translator);
  const audience = new AudienceView();
  const description = find(document, "#description", HTMLElement);
  const unkept = find(document, "#unkept", HTMLElement);
  const toNow = find(document, "#to-now", HTMLButtonElement);

  const session = new Session({ id: experimentId, watch: watch === "true" }, store, selection, {
    onState: connectionChanged,
    onSend: sent,
    onError: (error) => void refused(error),
    onMisread: (message) => notices.banner(translator.text("error.protocol", { message })),
    onOtherRun: () => notices.toast(translator.text("notice.other_run"), "news"),
  });
  const playhead = new Playhead(store, session.interest);
  const controls = new Controls(translator, session.send);
  const pace = new Pace(translator, session.send);
  const stopLine = new StopLine(translator);

  /** The lane whose rate was last asked for: an error about a rate doesn't say whose. */
  let rateAskedFor = "";
  /** Whether a cell was reached by the keys and has not yet been told to a screen reader. */
  let toBeSpoken = false;
  const board = new Board(store, selection, translator, {
    onRate(lane, rate) {
      rateAskedFor = lane;
      session.send({ type: "set_learning_rate", lane, rate });
    },
    onMenu: (lane) => void parts.later.want().then((later) => later?.editor.open(lane)),
    onCell(layer, lane, cell, how) {
      selection.set({ layer, lane, cell });
      toBeSpoken = how === "keys";
      // Also where the border has kept the cell: who pressed a key is told where they are.
      if (toBeSpoken) glass.hurry();
    },
    onFit: () => fit.invalidate(),
  });
  const kernelView = new ViewSwitch(translator, (choice) => {
    session.interest.want({ ...wantedFor(choice.view, choice.against), layers: [...choice.dense] });
    board.view(choice);
    inspector.describe();
    offerControls();
    fit.invalidate();
  });
  const inspector = new Inspector(store, selection, board, translator);
  const lineup = new Lineup(translator, {
    onLanes(lanes, anew) {
      if (anew) beginAnew(lanes);
      else session.send({ type: "set_lanes", lanes });
    },
    onCancel: () => session.send({ type: "cancel" }),
    onShowAll() {
      board.showAll();
      lanesShown();
    },
  });
  const addressBar = new AddressBar({ store, selection, kernelView, board, send: session.send, onHide: hideLane }, (settings) =>
    notices.toast(translator.text("address.ignored", { settings: translator.join("list", settings) })),
  );
  new Guide(new Shortcuts());
  new Tooltip();
  const loop = new Loop();
  const parts = new Parts(
    { store, selection, translator, session, loop, playhead, board, addressBar },
    { id: experimentId, onCome: offerControls, onAnew: beginAnew, onHide: hideLane, onPhase: () => kernelView.choose("step"), onPlace: showPlace },
  );
  const { charts, later, studies, timeline } = parts;
  const openers = new Openers(later);
  const renew = renewal(store, session);
  /**
   * The snapshot on the screen; while it is the newest, painting again is no new frame.
   * @type {import("./stream/protocol.js").SnapshotFrame | null}
   */
  let painted = null;

  // Before the others: a canvas is empty once it has another size, and must be painted again in the same frame.
  const fit = loop.task(() => {
    // These measure and seldom change anything, so that the page is laid out once for all.
    inspector.resize();
    board.resize();
    board.updateFacts();
    paint.invalidate();
    glass.hurry();
  });
  const look = loop.task(() => session.selected());
  const paint = loop.task((now) => {
    const { past, snapshot } = store;
    if (!snapshot || !store.experiment) return;
    // A picture of the run before, overtaken by a reset, is not painted any more.
    if (snapshot.run === store.experiment.run) {
      board.paint(past ?? snapshot);
      board.show();
      if (past) {
        status.reached(snapshot.step);
      } else if (snapshot !== painted) {
        if (!painted) performance.mark("first-kernels");
        painted = snapshot;
        status.painted(snapshot, now, session.clock.since(snapshot.time));
      }
    }
    session.drawn();
  });
  const outline = loop.task(() => board.show());
  const numbers = loop.task(
    () => {
      status.update(store, session);
      board.updateHeads();
    },
    { interval: READABLE_INTERVAL_MS },
  );
  const facts = loop.task(() => board.updateFacts(), { interval: FACTS_INTERVAL_MS });
  const summary = loop.task(() => describePanels(board, store, translator), { interval: SUMMARY_INTERVAL_MS });
  const glass = loop.task(
    () => {
      inspector.update();
      if (!toBeSpoken || !inspector.isExact) return;
      toBeSpoken = false;
      notices.announce(inspector.spoken());
    },
    { interval: READABLE_INTERVAL_MS },
  );

  /**
   * Other lanes, all from step 0 on, where there is nothing to catch up with.
   * @param {import("./state/lanes.js").WantedLane[]} lanes
   */
  function beginAnew(lanes) {
    session.send({ type: "reset" });
    session.send({ type: "set_lanes", lanes });
  }

  /** Those who paint, in other colours from now on. */
  const themed = new Listeners();
  themed.add(() => board.retheme());
  themed.add(() => charts.here?.retheme());
  themed.add(() => later.here?.retheme());
  themed.add(() => studies.here?.retheme());
  themed.add(() => timeline.here?.draw());

  /** @param {string} lane on this page only */
  function hideLane(lane) {
    board.hide(lane);
    lanesShown();
  }

  /** Other lanes than before are shown on this page. */
  function lanesShown() {
    apart(() => charts.here?.hide(board.hidden));
    apart(() => timeline.here?.draw());
    offerControls();
    fit.invalidate();
  }

  let lastStatus = "";
  store.on("experiment", () => {
    const experiment = /** @type {Experiment} */ (store.experiment);
    write(description, describe(experiment, translator));
    kernelView.describe(experiment);
    board.describe();
    inspector.describe();
    announcer.experiment(experiment, store.snapshot?.step ?? 0);
    // What was measured before a pause says nothing of what is after it.
    if (experiment.status !== lastStatus) status.clear();
    lastStatus = experiment.status;
    const failure = translator.text(`failure.${experiment.failure_code}`, { reason: experiment.failure ?? "" });
    notices.banner(experiment.status === "failed" ? translator.text("error.failed", { reason: failure }) : null);
    const why = unkept.dataset[experiment.kept] ?? "";
    write(unkept, why);
    hide(unkept, why === "");
    offerControls();
    addressBar.restore();
    paint.invalidate();
    addressBar.follow();
    for (const task of [numbers, facts, glass]) task.hurry();
  });
  store.on("audience", () => {
    if (store.audience) audience.update(store.audience);
    offerControls();
    addressBar.restore();
    renew(numbers);
  });
  store.on("run", () => {
    status.clear();
    renew(numbers);
  });
  // Somebody tests rates: the button says how far that is.
  store.on("range", () => {
    void later.want();
  });
  store.on("scalars", () => renew(numbers));
  store.on("snapshot", () => {
    paint.invalidate();
    renew(numbers, facts, glass, summary);
    // Somebody has chosen another cell, and waits for its numbers.
    if (!inspector.isExact) glass.hurry();
  });
  store.on("shown", () => {
    board.root.toggleAttribute("data-past", store.past !== null);
    write(toNow, translator.text("timeline.back", { step: translator.format.count(store.pastStep ?? 0) }));
    hide(toNow, store.past === null);
    paint.invalidate();
    for (const task of [numbers, facts, glass]) task.hurry();
  });
  toNow.addEventListener("click", () => playhead.go(null));
  selection.onChange(() => {
    addressBar.follow();
    look.invalidate();
    outline.invalidate();
    glass.hurry();
  });
  // That nothing comes any more is a measurement too, and nothing else would have it written.
  setInterval(() => {
    if (store.experiment?.status === "running") numbers.invalidate();
  }, 1000);

  bindThemeControl(find(document, "#theme", HTMLSelectElement), () => {
    themed.tell();
    fit.invalidate();
  });
  bindPrinting(() => {
    themed.tell();
    for (const task of [fit, paint, glass]) apart(() => task.run(performance.now()));
    apart(() => charts.here?.print());
  });
  new ResizeObserver(() => fit.invalidate()).observe(board.root);
  watchPixelRatio();
  parts.bind();
  // Charts stand where the address has them, from the first: what it says is applied with the first description.
  void charts.want().then(() => session.open());

  /**
   * A weight was chosen by its place: it is to be seen, also where its layer is a dense one, and on whatever page.
   * @param {string} layer
   * @param {number} filter
   */
  function showPlace(layer, filter) {
    const { dense } = kernelView.choice;
    if (!board.layers.some((shown) => shown.layer.name === layer)) kernelView.showDense([...dense, layer]);
    board.reveal(layer, filter);
  }

  /** @param {Record<string, unknown>} message */
  function sent({ type }) {
    refusals.asked(type);
    // Who has it trained wants to see that.
    if (TRAINS.has(String(type))) playhead.go(null);
  }

  /** @param {ServerError} error */
  async function refused(error) {
    const { about } = error;
    const words = await loadProblemWords().catch(uncaught);
    const message = words ? errorText(error, words) : error.message;
    const head = board.heads.find(({ root }) => root.dataset.lane === rateAskedFor);
    if (about === "set_speed" || about === "set_frame_rate") pace.refused();
    if (about === "set_lanes" && later.here?.editor.refused(message)) return;
    if (about === "view" && studies.here?.oneWeight.refused(message)) return;
    if (about === "set_weight" && studies.here?.oneWeight.edit.refused(message)) return;
    if (about === "set_stop" && later.here?.stops.refused(message)) return;
    if (about === "set_learning_rate" && head) head.rate.refuse(message);
    else refusals.say(about, translator.text("lane.rate.refused", { message }));
  }

  /**
   * @param {ConnectionState} state
   * @param {number} code
   */
  function connectionChanged(state, code) {
    page.toggleAttribute("data-stale", state === "reconnecting" || state === "closed");
    offerControls();
    const reason = `error.closed.${code}`;
    if (state !== "open" && translator.has(reason)) notices.banner(translator.text(reason));
    announcer.connection(state);
    numbers.hurry();
  }

  /** Whether there is a server that does what this viewer says. */
  function obeyed() {
    return session.state === "open" && store.audience?.control === true;
  }

  function offerControls() {
    controls.update(store.experiment, obeyed());
    // A worker that has failed can be told nothing but to begin again.
    const settable = obeyed() && store.experiment?.status !== "failed";
    pace.update(store.experiment, settable);
    stopLine.update(store.experiment, settable);
    if (later.here) later.here.offer(settable);
    else openers.offer(store);
    studies.here?.offer(settable);
    lineup.update(store.experiment, settable, board.heads.length - board.shown.length);
    for (const head of board.heads) head.enable(settable);
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
}
