import { find, hide, part, write } from "../base/dom.js";
import { fromRoot } from "../base/root.js";
import { OWN, writeQuery } from "../state/address.js";
import { Connection } from "../stream/connection.js";
import { Following } from "./following.js";
import { QuestionView } from "./question.js";
import { Pointer, Ring } from "./pointer.js";
import { wandersHere, wanderHere } from "./wandering.js";

/**
 * A page of a class. The teacher's page says what it shows, points and asks; the students' pages follow it, into other experiments too,
 * until somebody looks around by hand.
 *
 * @typedef {import("../base/types.js").Attendance} Attendance
 * @typedef {import("../base/types.js").ClassGreeting} ClassGreeting
 * @typedef {import("../base/types.js").ClassMessage} ClassMessage
 * @typedef {import("../base/types.js").Lesson} Lesson
 * @typedef {import("../base/types.js").Pointed} Pointed
 * @typedef {import("../base/types.js").Question} Question
 * @typedef {import("../base/types.js").ServerError} ServerError
 */

/** What a person can change a setting by. */
const SIGNS = ["pointerdown", "pointerup", "click", "keydown", "input", "change"];
/** The experiment was deleted, or has given its worker to another one. */
const LEFT = new Set([4404, 4410, 4423]);

export class Classroom {
  /**
   * @param {import("../page/page.js").Page} page
   * @param {import("../base/i18n.js").Translator} words
   */
  constructor(page, words) {
    this.page = page;
    this.words = words;
    this.main = find(document, "main", HTMLElement);
    this.root = find(document, "#class", HTMLElement);
    this.wander = find(this.root, 'button[value="wander"]', HTMLButtonElement);
    this.back = find(this.root, 'button[value="back"]', HTMLButtonElement);
    this.following = new Following(page.settings.all);
    this.leads = false;
    this.wanders = wandersHere();
    /** Whether the experiment on this page has gone. */
    this.isLeft = false;
    /** Whether the page is on its way to another experiment. */
    this.isLeaving = false;
    /** @type {Lesson | null} */
    this.lesson = null;
    /** What was last said of this page. */
    this.said = "";
    const address = fromRoot(`ws/class${this.main.dataset.watch === "true" ? "?watch=true" : ""}`).replace(/^http/, "ws");
    this.connection = new Connection(() => address, {
      onOpen: () => (this.said = ""),
      onText: (text) => this.#told(JSON.parse(text)),
      onBinary: () => {},
      onState: () => this.#tell(),
    });
    this.question = new QuestionView(page, words, this.send);
    this.pointer = new Pointer(this.send);
    this.ring = new Ring();
    this.wander.addEventListener("click", () => this.#wander(true));
    this.back.addEventListener("click", () => this.#wander(false));
    for (const sign of SIGNS) document.addEventListener(sign, (event) => this.#byHand(event), { capture: true });
    page.settings.changed.add(() => this.#lead());
    document.addEventListener("visibilitychange", () => {
      this.said = "";
      this.#lead();
    });
    page.offer(() => this.#follow());
    page.connection.add((state, code) => this.#connected(state, code));
    this.connection.open();
  }

  /** @param {ClassMessage} message */
  send = (message) => this.connection.send({ ...message });

  /** @param {ClassGreeting | Attendance | Lesson | Pointed | Question | ServerError} message */
  #told(message) {
    if (message.type === "class") this.#greeted(message);
    else if (message.type === "attendance") this.#counted(message);
    else if (message.type === "lesson") this.#taught(message);
    else if (message.type === "pointed") this.ring.show(this.wanders ? null : message.at);
    else if (message.type === "question") this.question.show(message.question);
    else if (message.type === "error") void this.page.refusals.refuse(message);
  }

  /** @param {ClassGreeting} greeting */
  #greeted({ leads, votes }) {
    this.leads = leads;
    this.question.greet({ leads, votes });
    this.main.dataset.class = leads ? "teacher" : "student";
    for (const side of this.main.querySelectorAll("[data-role]")) {
      side.toggleAttribute("data-gone", side.getAttribute("data-role") !== this.main.dataset.class);
    }
    if (leads) this.#lead();
    else if (this.wanders) this.send({ type: "wander", wanders: true });
    this.#tell();
  }

  /** Tell the class what this page shows, if it is the teacher's and is being looked at. */
  #lead() {
    const { page, following } = this;
    if (!this.leads || document.hidden || !page.store.experiment) return;
    const settings = following.shared;
    const said = JSON.stringify(settings);
    if (said === this.said) return;
    this.said = said;
    this.send({ type: "lead", experiment: page.id, settings });
  }

  /** @param {Attendance} attendance */
  #counted({ following, wandering }) {
    const { format } = this.words;
    write(part(this.root, "following"), this.words.text("lesson.following", { n: format.count(following) }));
    write(part(this.root, "wandering"), this.words.text("lesson.wandering", { n: format.count(wandering) }));
  }

  /** @param {Lesson} lesson */
  #taught(lesson) {
    this.lesson = lesson;
    this.#follow();
  }

  /** Show what the teacher shows, as far as this page can by now. */
  #follow() {
    const { lesson, page } = this;
    if (!lesson || this.leads || this.wanders || this.isLeaving) return;
    if (lesson.experiment !== page.id) this.#leave(lesson);
    else if (page.store.experiment && page.store.audience) {
      this.following.apply(lesson.settings);
      page.settings.applied.tell();
    }
  }

  /** @param {Lesson} lesson in another experiment */
  #leave({ experiment, settings }) {
    this.isLeaving = true;
    const own = Object.fromEntries(OWN.map((name) => [name, this.page.settings.all.get(name)?.read() ?? ""]));
    const view = { ...settings, theme: own.theme, projection: own.projection, hide: own.hide };
    // In place of this one: whoever goes back leaves the class's page.
    location.replace(fromRoot(`w/${experiment}${writeQuery("", view)}`));
  }

  /**
   * Notice what a person changes on this page: from then on it doesn't follow.
   * @param {Event} event
   */
  #byHand({ isTrusted, target }) {
    if (!isTrusted || this.leads || this.wanders || !this.lesson) return;
    if (target instanceof Element && target.closest("#class, #class-question")) return;
    const { following } = this;
    const before = following.shown;
    const { lesson } = this;
    // After all listeners of this event, and before anything else that arrives.
    setTimeout(() => {
      if (!this.wanders && this.lesson === lesson && following.shown !== before) this.#wander(true);
    });
  }

  /** @param {boolean} wanders */
  #wander(wanders) {
    const wasFocused = document.activeElement?.closest("#class") !== null;
    this.wanders = wanders;
    wanderHere(wanders);
    this.send({ type: "wander", wanders });
    this.#tell();
    if (wasFocused) (wanders ? this.back : this.wander).focus({ preventScroll: true });
    if (wanders) {
      this.ring.show(null);
      return;
    }
    this.following.forget();
    this.#follow();
  }

  /**
   * @param {import("../stream/connection.js").ConnectionState} state
   * @param {number} code
   */
  #connected(state, code) {
    this.isLeft = state !== "open" && LEFT.has(code);
    // The class goes on elsewhere: this is no failure.
    if ((this.isLeft && !this.leads && !this.wanders) || this.isLeaving) this.page.notices.banner(null);
    this.#tell();
    // A question about an experiment that has slept is answered by its new source: the server hears where the teacher is.
    if (state === "open") this.said = "";
    this.#lead();
  }

  #tell() {
    hide(this.wander, this.wanders);
    hide(this.back, !this.wanders);
    const state = this.wanders ? "wanders" : this.connection.state !== "open" ? "apart" : this.isLeft ? "waits" : "follows";
    write(part(this.root, "state"), this.words.text(`lesson.${state}`));
  }
}
