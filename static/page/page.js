import { find } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { Loop } from "../base/loop.js";
import { Colours } from "../draw/colours.js";
import { withClassesInWords } from "../state/description.js";
import { ShownImage } from "../state/image.js";
import { Playhead } from "../state/playhead.js";
import { Pointed, Selection } from "../state/selection.js";
import { Session } from "../state/session.js";
import { ShownLanes } from "../state/shown-lanes.js";
import { Store } from "../state/store.js";
import { Tabs } from "../state/tabs.js";
import { View } from "../state/view.js";
import { Worksheet } from "../state/worksheet.js";
import { Notices } from "./notices.js";
import { Refusals } from "./refusals.js";
import { Settings } from "./settings.js";

/**
 * What the features of the page share: the data, the view, the one animation loop, and the events between them. Each feature joins by
 * itself (main.js), and none knows another.
 *
 * @typedef {import("../stream/connection.js").ConnectionState} ConnectionState
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 */

export class Page {
  /** @param {import("../base/i18n.js").Translator} translator */
  constructor(translator) {
    const { experiment = "", watch, classWords = "{}" } = find(document, "main", HTMLElement).dataset;
    /** The experiment's id. */
    this.id = experiment;
    this.translator = translator;
    this.loop = new Loop();
    this.store = new Store();
    this.selection = new Selection();
    /** @type {Pointed<import("../state/selection.js").Selected>} */
    this.pointed = new Pointed();
    /** @type {Pointed<import("../state/selection.js").MapPlace>} */
    this.pointedMap = new Pointed();
    this.view = new View();
    this.tabs = new Tabs();
    this.worksheet = new Worksheet();
    this.shownLanes = new ShownLanes();
    this.colours = new Colours();
    this.settings = new Settings();
    this.notices = new Notices();
    this.refusals = new Refusals(this.notices, translator);
    /** Called before a message is sent. @type {Listeners<[message: Record<string, unknown>]>} */
    this.sending = new Listeners();
    /**
     * Called when the connection changes, with the close code if it has ended.
     * @type {Listeners<[state: ConnectionState, code: number]>}
     */
    this.connection = new Listeners();
    /**
     * Called when kernels have been drawn, with the frame time in milliseconds.
     * @type {Listeners<[snapshot: SnapshotFrame, now: number]>}
     */
    this.painted = new Listeners();
    /** Called when colours have changed, to repaint. */
    this.themed = new Listeners();
    /** Called before printing, to repaint at once: paper doesn't wait for a frame. */
    this.printed = new Listeners();
    /** Called when the available room has changed, to measure it. */
    this.fitted = new Listeners();
    this.offered = new Listeners();
    /** What must be ready before the connection is opened. @type {Promise<unknown>[]} */
    this.awaited = [];
    // The first task, because resizing empties a canvas, which must be repainted in the same frame.
    this.fit = this.loop.task(() => this.fitted.tell());
    this.tabs.onChange(() => this.loop.wake());
    this.themed.add(() => this.colours.renew());
    this.printed.add(() => this.fitted.tell());
    this.sending.add(({ type }) => this.refusals.asked(type));
    const words = JSON.parse(classWords);
    this.session = new Session({ id: experiment, watch: watch === "true" }, this.store, this.selection, {
      onState: (state, code) => {
        this.connection.tell(state, code);
        this.offered.tell();
      },
      onSend: (message) => this.sending.tell(message),
      onError: (error) => void this.refusals.refuse(error),
      onMisread: (message) => this.notices.banner(translator.text("error.protocol", { message })),
      inWords: (described) => withClassesInWords(described, words),
      onOtherRun: () => this.notices.toast(translator.text("notice.other_run"), "news"),
    });
    this.playhead = new Playhead(this.store, this.session.interest);
    this.image = new ShownImage(this.store, this.session.interest, this.can);
  }

  /** Whether the server is connected and this viewer may control it. */
  get obeyed() {
    return this.session.state === "open" && this.store.audience?.control === true;
  }

  /** Whether the experiment's settings can be changed: a worker that has failed can only be restarted. */
  get settable() {
    return this.obeyed && this.store.experiment?.status !== "failed";
  }

  /**
   * Whether the source of the experiment's numbers supports all of this; true as long as its capabilities are unknown.
   * @param {string[]} needs types of commands, kinds of studies, quantities
   */
  can = (...needs) => {
    const can = this.store.experiment?.capabilities;
    if (!can) return true;
    const all = [...can.commands, ...can.studies, ...can.quantities];
    return needs.every((need) => all.includes(need));
  };

  /**
   * Show the tab that an element is in, if it is in one.
   * @param {Element | null} element
   */
  showTabOf = (element) => {
    const name = element?.closest(".tab")?.getAttribute("data-tab");
    if (name) this.tabs.show(/** @type {import("../state/tabs.js").TabName} */ (name));
  };

  /** @param {() => void} listener called now, and whenever what can be done changes, after the listeners of its cause */
  offer(listener) {
    this.offered.add(listener);
    listener();
  }

  /** Connect to the server, once all features have joined. */
  open() {
    const { store, shownLanes } = this;
    store.on("experiment", () => this.offered.tell());
    store.on("audience", () => this.offered.tell());
    shownLanes.onChange(() => this.offered.tell());
    void Promise.all(this.awaited).then(() => this.session.open());
  }
}
