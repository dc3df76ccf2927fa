import { hide, part } from "../base/dom.js";
import { eventSteps } from "../state/emergence.js";
import { placeOf } from "../state/life.js";
import { eventText } from "../studies/emergence/words.js";

/**
 * Marks above the slider where filters of the selected lane became something, or ceased to be it. A click goes to the step. (They are for
 * the eye: the card "What became of it" lists the same events for the keyboard.)
 */
export class TimelineEvents {
  /**
   * @param {HTMLElement} root of the timeline
   * @param {import("../page/page.js").Page} page
   */
  constructor(root, { store, translator, playhead, selection }) {
    this.store = store;
    this.translator = translator;
    this.playhead = playhead;
    this.selection = selection;
    this.place = part(root, "events");
    this.structure = "";
    /** The steps along the slider. @type {number[]} */
    this.kept = [];
    /** @type {import("../stream/interest.js").Subject | null} */
    this.subject = null;
    /** The words of events are among those of the studies. */
    this.isWorded = false;
  }

  /**
   * The subject that it shows.
   * @param {boolean} isWanted
   * @returns {import("../stream/interest.js").Subject[]}
   */
  asks(isWanted) {
    const { current } = this.selection;
    const lane = this.store.experiment?.lanes[current?.lane ?? 0]?.id;
    this.subject = isWanted && current && lane ? { kind: "emergence", lane, layer: current.layer, out: current.cell.out } : null;
    if (this.subject && !this.isWorded) {
      this.isWorded = true;
      void this.translator.add("studies/").then(() => this.#forget());
    }
    return this.subject ? [this.subject] : [];
  }

  /** @param {number[]} kept the steps along the slider */
  draw(kept) {
    this.kept = kept;
    hide(this.place, this.subject === null);
    /** @type {import("../state/emergence.js").Emergence | null} */
    const found = this.subject && this.store.finding("emergence", this.subject);
    const isHere = found?.run === this.store.series.run && found.lane === this.subject?.lane;
    const events = found && isHere ? found.events : [];
    const last = kept.length - 1;
    const structure = JSON.stringify([events, kept.length, kept[last], isHere && found.lane]);
    if (structure === this.structure) return;
    this.structure = structure;
    const classes = this.store.experiment?.dataset.classes ?? [];
    const marks = eventSteps(events).map(({ step, events: some }) => {
      const mark = document.createElement("i");
      mark.style.setProperty("--place", String(last > 0 ? placeOf(kept, step) / last : 1));
      mark.title = some.map((event) => eventText(event, this.translator, classes)).join("\n");
      mark.addEventListener("click", () => this.playhead.go(step === kept[last] ? null : step));
      return mark;
    });
    // No marks at all would look as if the button did nothing.
    const isNone = isHere && marks.length === 0 && this.translator.has("emergence.events");
    this.place.replaceChildren(...(isNone ? [this.translator.text("emergence.events", { lane: found.lane, events: 0 })] : marks));
  }

  #forget() {
    this.structure = "";
    this.draw(this.kept);
  }
}
