import { find, hide, part, write } from "../base/dom.js";
import { fieldText, rateText } from "../base/format.js";
import { MOST_LANES, atRates, spreadRates, withNew } from "../state/lanes.js";
import { parseRate, proposedRate, proposedSpread } from "./rate.js";

/**
 * The controls of all lanes together: add one, spread rates, show hidden ones, and the progress of those catching up.
 *
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 *
 * @typedef {import("../page/page.js").Page} Page
 */

export class Lineup {
  /** @param {Page} page */
  constructor({ translator, session, shownLanes }) {
    this.translator = translator;
    this.session = session;
    this.root = find(document, "#lineup", HTMLElement);
    this.add = find(document, "#add-lane", HTMLButtonElement);
    this.spread = find(document, "#spread", HTMLButtonElement);
    this.showAll = find(document, "#show-lanes", HTMLButtonElement);
    this.coming = find(document, "#catching-up", HTMLElement);
    this.progress = find(this.coming, "progress", HTMLProgressElement);
    this.dialog = find(document, "#spread-dialog", HTMLDialogElement);
    this.form = find(this.dialog, "form", HTMLFormElement);
    this.preview = part(this.dialog, "preview");
    this.error = part(this.dialog, "error");
    /** @type {LaneConfig[]} */
    this.lanes = [];
    this.add.addEventListener("click", () => this.#add());
    this.spread.addEventListener("click", () => this.#open());
    this.showAll.addEventListener("click", () => shownLanes.showAll());
    find(this.coming, "button", HTMLButtonElement).addEventListener("click", () => session.send({ type: "cancel" }));
    find(this.dialog, '[value="cancel"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("input", () => this.#reflect());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} settable
   * @param {number} hidden the number of hidden lanes
   */
  update(experiment, settable, hidden) {
    this.lanes = experiment?.config.lanes ?? [];
    this.add.disabled = !settable || this.lanes.length >= MOST_LANES;
    this.spread.disabled = !settable;
    hide(this.showAll, hidden === 0);
    write(this.showAll, this.translator.text("lineup.show", { n: String(hidden) }));
    const coming = experiment?.catching_up ?? null;
    hide(this.coming, coming === null);
    if (!coming) return;
    this.progress.max = Math.max(1, coming.target);
    this.progress.value = coming.step;
    const { format } = this.translator;
    const values = { step: format.count(coming.step), target: format.count(coming.target) };
    write(part(this.coming, "text"), this.translator.text("lineup.catching_up", values));
  }

  #add() {
    const rate = proposedRate(this.lanes.map((lane) => lane.learning_rate));
    this.session.send({ type: "set_lanes", lanes: withNew(this.lanes, rate) });
  }

  #open() {
    const proposed = proposedSpread(
      this.lanes.map((lane) => lane.learning_rate),
      MOST_LANES,
    );
    this.#field("low").value = fieldText(proposed.low);
    this.#field("high").value = fieldText(proposed.high);
    this.#field("count").value = String(proposed.count);
    this.#reflect();
    this.dialog.showModal();
  }

  /** The rates in the fields; null if they are not valid. */
  #rates() {
    const low = parseRate(this.#field("low").value);
    const high = parseRate(this.#field("high").value);
    const count = Number(this.#field("count").value);
    const possible = low > 0 && high >= low && Number.isInteger(count) && count >= 1 && count <= MOST_LANES;
    return possible ? spreadRates(low, high, count) : null;
  }

  #reflect() {
    const rates = this.#rates();
    write(this.preview, rates ? rates.map(rateText).join(" · ") : "–");
    write(this.error, "");
  }

  #apply() {
    const rates = this.#rates();
    if (!rates) {
      write(this.error, this.translator.text("spread.impossible", { most: String(MOST_LANES) }));
      return;
    }
    this.session.trainAnew(atRates(this.lanes, rates));
    this.dialog.close();
  }

  /** @param {string} name */
  #field(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }
}
