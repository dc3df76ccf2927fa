import { find, hide, part, write } from "../base/dom.js";
import { exact } from "../base/format.js";
import { weightOf } from "../state/selection.js";

/**
 * The question to the class whether the selected weight goes up or down in the next step: the answers' tally, and then what the step has
 * made of it, which the server learns from the life of the weight.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("../base/types.js").Tally} Tally
 */

export class QuestionView {
  /**
   * @param {Page} page
   * @param {import("../base/i18n.js").Translator} words
   * @param {(message: import("../base/types.js").ClassMessage) => void} send
   */
  constructor(page, words, send) {
    this.page = page;
    this.words = words;
    this.send = send;
    this.root = find(document, "#class-question", HTMLElement);
    this.ask = find(document, "#class-ask", HTMLButtonElement);
    this.leads = false;
    this.votes = false;
    /** @type {Tally | null} */
    this.tally = null;
    this.ask.addEventListener("click", () => this.#ask());
    for (const answer of /** @type {const} */ (["up", "down"])) {
      this.#button(answer).addEventListener("click", () => this.#vote(answer));
    }
    this.#button("close").addEventListener("click", () => this.send({ type: "close" }));
    this.#button("step").addEventListener("click", () => {
      this.send({ type: "close" });
      page.session.send({ type: "step" });
    });
    this.#button("dismiss").addEventListener("click", () => this.send({ type: "dismiss" }));
    page.offer(() => this.#offer());
    page.selection.onChange(() => this.#offer());
    for (const topic of ["snapshot", "run"]) page.store.on(topic, () => this.#offer());
  }

  /** @param {{leads: boolean, votes: boolean}} role of this page */
  greet({ leads, votes }) {
    this.leads = leads;
    this.votes = votes;
  }

  /** @param {Tally | null} tally */
  show(tally) {
    const isNew = tally !== null && tally.number !== this.tally?.number;
    this.tally = tally;
    hide(this.root, tally === null);
    this.#want();
    this.#offer();
    if (!tally) return;
    const { weight, lane, open } = tally;
    const values = { layer: weight.layer, lane, filter: weight.out, channel: weight.in, row: weight.row, column: weight.col };
    const text = this.words.text("lesson.question", values);
    write(part(this.root, "text"), text);
    if (isNew && !this.leads) this.page.notices.announce(text);
    this.root.toggleAttribute("data-open", open);
    for (const answer of /** @type {const} */ (["up", "down"])) {
      const button = this.#button(answer);
      button.disabled = !this.votes || !open;
      button.setAttribute("aria-pressed", String(tally.mine === answer));
      button.style.setProperty("--share", String(tally[answer] / Math.max(1, tally.up + tally.down)));
      write(part(button, "count"), this.words.format.count(tally[answer]));
    }
    write(part(this.root, "truth"), this.#truth);
  }

  /** Whether the step that the question is about can be made here. */
  get #isNext() {
    const { tally, page } = this;
    const { snapshot } = page.store;
    return tally?.experiment === page.id && snapshot?.run === tally.run && snapshot.step === tally.step;
  }

  #offer() {
    const { store, selection, obeyed } = this.page;
    const isPaused = obeyed && store.experiment?.status === "paused";
    this.ask.disabled = !isPaused || !selection.current;
    this.#button("close").disabled = !this.tally?.open;
    this.#button("step").disabled = !isPaused || !this.#isNext;
  }

  #ask() {
    const { selection, store, id } = this.page;
    const { current } = selection;
    const lane = store.experiment?.lanes[current?.lane ?? -1];
    if (!current || !lane || !store.snapshot) return;
    const { run, step } = store.snapshot;
    this.send({ type: "ask", experiment: id, lane: lane.id, weight: weightOf(current), run, step });
  }

  /** @param {"up" | "down"} answer */
  #vote(answer) {
    if (this.tally) this.send({ type: "vote", question: this.tally.number, answer });
  }

  /** The life of the weight, until the server has learnt from it what the step has done. */
  #want() {
    const { tally, page } = this;
    const isAwaited = tally !== null && tally.experiment === page.id && tally.before === null && !tally.missed;
    page.session.interest.want("classroom", { subjects: isAwaited ? [{ kind: "life", weight: tally.weight }] : [] });
  }

  get #truth() {
    const { tally, words } = this;
    if (!tally) return "";
    const { before, after, open, step, missed } = tally;
    if (before === null || after === null) {
      if (missed) return words.text("lesson.missed", { step: words.format.count(step + 1) });
      return words.text(open ? "lesson.open" : "lesson.closed", { step: words.format.count(step + 1) });
    }
    const how = after > before ? "up" : after < before ? "down" : "same";
    return words.text(`lesson.truth.${how}`, { step: words.format.count(step + 1), before: exact(before), after: exact(after) });
  }

  /** @param {string} value */
  #button(value) {
    return find(this.root, `button[value="${value}"]`, HTMLButtonElement);
  }
}
