import { hide, write } from "../../base/dom.js";
import { agreement } from "./reading.js";

/**
 * What two lanes disagree on: on how many images only one of them is right. A click lists these.
 *
 * @typedef {import("./reading.js").Choice} Choice
 * @typedef {import("./reading.js").Tested} Tested
 */

export class Comparison {
  /**
   * @param {HTMLElement} root
   * @param {import("../../base/i18n.js").Translator} translator
   * @param {(choice: Choice) => void} onChoice
   */
  constructor(root, translator, onChoice) {
    this.root = root;
    this.translator = translator;
    this.menus = ["one", "other"].map((name) => {
      const menu = document.createElement("select");
      menu.className = "menu";
      menu.autocomplete = "off";
      menu.title = translator.text(`errors.compare.${name}`);
      menu.setAttribute("aria-label", menu.title);
      menu.addEventListener("change", () => this.#changed());
      return menu;
    });
    this.buttons = [0, 1].map((side) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.title = translator.text("errors.compare.list");
      button.addEventListener("click", () => {
        const [right, lane] = side === 0 ? this.pair : [...this.pair].reverse();
        onChoice({ lane, right });
      });
      return button;
    });
    this.rest = document.createElement("span");
    this.rest.className = "quiet";
    this.rest.title = translator.text("errors.compare.title");
    const title = document.createElement("h3");
    title.title = translator.text("errors.compare.title");
    title.append(translator.text("errors.compare"));
    root.append(title, ...this.menus, ...this.buttons, this.rest);
    this.structure = "";
    /** @type {number[]} */
    this.labels = [];
    /** @type {Map<string, Tested>} */
    this.tests = new Map();
  }

  /** The two lanes. */
  get pair() {
    return this.menus.map(({ value }) => value);
  }

  /**
   * @param {string[]} lanes that are shown
   * @param {Map<string, Tested>} tests
   * @param {number[]} labels
   */
  show(lanes, tests, labels) {
    this.tests = tests;
    this.labels = labels;
    const ids = lanes.filter((lane) => tests.has(lane));
    hide(this.root, ids.length < 2);
    if (ids.length < 2) return;
    if (this.structure !== String(ids)) {
      this.structure = String(ids);
      this.menus.forEach((menu, side) => {
        const { value } = menu;
        menu.replaceChildren(...ids.map((id) => new Option(this.translator.text("lane.label", { lane: id }), id)));
        menu.value = ids.includes(value) ? value : ids[side === 0 ? 0 : ids.length - 1];
      });
    }
    this.#renew();
  }

  /** Show the pair that is listed, and which side of it. @param {Choice} choice */
  mark({ lane, right }) {
    if (right !== undefined && !(this.pair.includes(lane) && this.pair.includes(right))) {
      this.menus[0].value = right;
      this.menus[1].value = lane;
      this.#renew();
    }
    this.buttons.forEach((button, side) => button.setAttribute("aria-pressed", String(right !== undefined && right === this.pair[side])));
  }

  /** Another pair: the same side of it is listed, if one is. */
  #changed() {
    this.#renew();
    const side = this.buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    if (side >= 0 && this.pair[0] !== this.pair[1]) this.buttons[side].click();
  }

  #renew() {
    const [one, other] = this.pair;
    const [first, second] = [one, other].map((lane) => this.tests.get(lane));
    if (!first || !second) return;
    const found = agreement(this.labels, first, second);
    const { count } = this.translator.format;
    for (const button of this.buttons) button.disabled = one === other;
    write(this.buttons[0], this.translator.text("errors.only", { lane: one, other, images: count(found.one) }));
    write(this.buttons[1], this.translator.text("errors.only", { lane: other, other: one, images: count(found.other) }));
    write(this.rest, this.translator.text("errors.agree", { both: count(found.both), neither: count(found.neither) }));
  }
}
