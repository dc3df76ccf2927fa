import { part, stamp, write } from "../base/dom.js";
import { widthOf } from "../base/format.js";
import { laneColour } from "../draw/lane-style.js";
import { MOST_GUESSES, percentText } from "../state/predictions.js";

/**
 * A lane's prediction for the page's image: its most probable classes, each with a bar in the lane's colour, and a mark at the right one.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../state/predictions.js").Guess} Guess
 */

const NOTHING = "–";
const ROOM = "\u00a0";
const RIGHT = "✓";
/** The widest name of a class that is shown in full if there is room, in characters. */
const WIDEST = 17;
/** A bar changes only if one could see it. */
const SHARE_DIGITS = 3;

export class Predictions {
  /**
   * @param {HTMLElement} root
   * @param {string} lane
   * @param {string[]} classes
   * @param {Translator} translator
   */
  constructor(root, lane, classes, translator) {
    this.root = root;
    this.classes = classes;
    this.translator = translator;
    root.setAttribute("aria-label", translator.text("predictions.label", { lane }));
    root.style.setProperty("--lane", laneColour(lane));
    // As wide as the longest name, whichever is shown: the bars keep their places.
    root.style.setProperty("--name", `${Math.min(WIDEST, Math.max(...classes.map(widthOf)))}ch`);
    this.rows = Array.from({ length: Math.min(MOST_GUESSES, classes.length) }, () => {
      const row = stamp("prediction-template");
      return { root: row, name: part(row, "name"), bar: part(row, "bar"), percent: part(row, "percent"), mark: part(row, "mark") };
    });
    root.replaceChildren(...this.rows.map((row) => row.root));
  }

  /**
   * @param {Guess[]} guesses none: there is nothing to say
   * @param {number | null} label the right class; null: it isn't known yet
   */
  update(guesses, label) {
    this.rows.forEach(({ root, name, bar, percent, mark }, place) => {
      const guess = guesses[place];
      const isRight = guess !== undefined && guess.class === label;
      const called = guess ? this.classes[guess.class] : NOTHING;
      write(name, called);
      const title = guess ? called : "";
      if (name.title !== title) name.title = title;
      write(percent, guess ? percentText(guess.probability, this.translator.format) : ROOM);
      write(mark, isRight ? RIGHT : ROOM);
      root.toggleAttribute("data-right", isRight);
      const share = (guess?.probability ?? 0).toFixed(SHARE_DIGITS);
      if (bar.style.getPropertyValue("--share") !== share) bar.style.setProperty("--share", share);
    });
  }
}
