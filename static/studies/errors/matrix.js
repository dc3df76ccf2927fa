import { ARROWS, find, part, write } from "../../base/dom.js";
import { ofLane } from "../../draw/lane-style.js";
import { confusion, NOTHING } from "./reading.js";

/**
 * The confusion matrix of a lane: a table of counts, a row for each label, a column for each predicted class. Each count can be chosen,
 * by a click, or with the arrow keys and Enter. Its cells are built once; after that texts and shares are replaced.
 *
 * @typedef {import("./reading.js").Tested} Tested
 * @typedef {{cell: HTMLElement, label: number, predicted: number}} Cell
 */

/** Longer names need room; over more columns than these they are written from top to bottom. */
const [SHORT, FEW] = [2, 4];

export class Matrix {
  /**
   * @param {string} lane
   * @param {string[]} classes
   * @param {import("../../base/i18n.js").Translator} translator
   * @param {(label: number, predicted: number) => void} onChoice
   */
  constructor(lane, classes, translator, onChoice) {
    this.lane = lane;
    this.classes = classes;
    this.translator = translator;
    this.onChoice = onChoice;
    this.root = ofLane("errors-matrix", lane);
    this.told = part(this.root, "told");
    const table = find(this.root, "table", HTMLTableElement);
    table.setAttribute("aria-label", translator.text("errors.matrix", { lane }));
    this.root.title = translator.text("errors.matrix.title");
    this.table = table;
    const isLong = classes.some((name) => name.length > SHORT);
    this.root.toggleAttribute("data-long", isLong);
    this.root.toggleAttribute("data-upright", isLong && classes.length > FEW);
    this.nothing = this.#head(find(table, "thead", HTMLElement));
    /** @type {Cell[][]} */
    this.cells = classes.map((name, label) => this.#row(find(table, "tbody", HTMLElement), name, label));
    this.cells[0][0].cell.tabIndex = 0;
    table.addEventListener("keydown", (event) => this.#typed(event));
  }

  /** The heads of the columns, and among them that of images without a prediction. @param {HTMLElement} head */
  #head(head) {
    const row = document.createElement("tr");
    const names = [...this.classes, this.translator.text("errors.nothing")].map((name) => heading("col", name));
    row.append(document.createElement("td"), ...names);
    head.append(row);
    return names[this.classes.length];
  }

  /**
   * @param {HTMLElement} body
   * @param {string} name
   * @param {number} label
   */
  #row(body, name, label) {
    const row = document.createElement("tr");
    const cells = [...this.classes.keys(), NOTHING].map((predicted) => {
      const cell = document.createElement("td");
      cell.tabIndex = -1;
      cell.toggleAttribute("data-right", label === predicted);
      cell.addEventListener("click", () => this.onChoice(label, predicted));
      return { cell, label, predicted };
    });
    row.append(heading("row", name), ...cells.map(({ cell }) => cell));
    body.append(row);
    return cells;
  }

  /**
   * @param {number[]} labels
   * @param {Tested | null} test
   * @param {string} told what the lane has right
   */
  show(labels, test, told) {
    write(this.told, told);
    this.table.hidden = test === null;
    if (!test) return;
    const counts = confusion(labels, test.predicted, this.classes.length);
    const { format } = this.translator;
    const isNothing = counts.some((row) => row[this.classes.length] > 0);
    this.nothing.hidden = !isNothing;
    counts.forEach((row, label) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      row.forEach((count, column) => {
        const { cell } = this.cells[label][column];
        write(cell, format.count(count));
        cell.toggleAttribute("data-none", count === 0);
        // The root shows single errors beside many right ones.
        cell.style.setProperty("--share", count === 0 ? "0" : Math.sqrt(count / total).toFixed(3));
        if (column === this.classes.length) cell.hidden = !isNothing;
      });
    });
  }

  /** Mark the chosen count. @param {{label?: number, predicted?: number} | null} choice null: none of this lane's */
  mark(choice) {
    for (const { cell, label, predicted } of this.cells.flat()) {
      cell.setAttribute("aria-selected", String(choice?.label === label && choice.predicted === predicted));
    }
  }

  /** @param {KeyboardEvent} event */
  #typed(event) {
    const at = this.cells.flat().find(({ cell }) => cell === event.target);
    if (!at) return;
    if (event.key === "Enter" || event.key === " ") {
      this.onChoice(at.label, at.predicted);
    } else if (ARROWS[event.key]) {
      const [down, right] = ARROWS[event.key];
      const row = this.cells[at.label + down] ?? this.cells[at.label];
      const next = row[row.findIndex(({ predicted }) => predicted === at.predicted) + right];
      if (!next || next.cell.hidden) return;
      at.cell.tabIndex = -1;
      next.cell.tabIndex = 0;
      next.cell.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {"row" | "col"} scope
 * @param {string} name
 */
function heading(scope, name) {
  const cell = document.createElement("th");
  cell.scope = scope;
  const text = document.createElement("span");
  text.append(name);
  cell.append(text);
  return cell;
}
