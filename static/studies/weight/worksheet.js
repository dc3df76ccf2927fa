import { significant } from "../../base/format.js";
import { loadTranslator } from "../../base/i18n.js";
import { optimizerName } from "../../state/description.js";
import { isPlainSgd } from "../../state/update.js";
import { unpack } from "../../stream/packed.js";
import { arithmetic } from "./arithmetic.js";
import { ruleText } from "./lines.js";
import { excerpt, fixed, sampleOf } from "./sheet.js";

/**
 * A worksheet about a weight's last step, to be printed: on the first sheet with gaps, on the second with what belongs there. It is of
 * the step at which it was opened.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("./arithmetic.js").OneWeight} OneWeight
 * @typedef {import("./sheet.js").Sample} Sample
 *
 * @typedef {object} Shown
 * @property {OneWeight} weight  whose origin is known
 * @property {import("../../base/types.js").LaneConfig} lane
 * @property {string[]} classes
 * @property {string} channel  of the input that the weight meets
 */

/** Rows and columns of a kernel that fit on a sheet, and the decimals of their numbers. */
const MOST_CELLS = 7;
const DECIMALS = 3;
const LETTERS = "abcdefgh";
/** CSS pixels of a cell in the picture of the input. */
const CELL = 8;

/**
 * @param {Shown} shown
 * @param {Translator} page the page's own words
 * @param {HTMLElement} opener gets the focus back
 * @param {() => void} leave called when somebody wants to leave it
 * @returns {Promise<() => void>} closes it
 */
export async function openWorksheet(shown, page, opener, leave) {
  const words = await loadTranslator(page.language, "sheet/");
  const root = document.createElement("section");
  root.id = "worksheet";
  root.setAttribute("role", "dialog");
  root.setAttribute("aria-modal", "true");
  root.setAttribute("aria-label", words.text("sheet.name"));
  const others = [...document.body.children].filter((element) => element instanceof HTMLElement && !element.inert);
  const close = () => {
    root.remove();
    for (const element of others) element.toggleAttribute("inert", false);
    delete document.documentElement.dataset.sheet;
    opener.focus();
  };
  const bar = made("div", "worksheet-bar");
  const print = button(words.text("sheet.print"), () => window.print());
  print.classList.add("primary");
  bar.append(print, button(words.text("sheet.close"), leave), made("p", "quiet", words.text("sheet.note")));
  const sample = sampled(shown);
  root.append(bar, ...[false, true].map((solved) => new Sheet(shown, sample, words, page, solved).root));
  root.addEventListener("keydown", (event) => {
    // Neither the page's keys, nor those of what is below it.
    event.stopPropagation();
    if (event.key === "Escape") leave();
  });
  for (const element of others) element.toggleAttribute("inert", true);
  document.documentElement.dataset.sheet = "";
  document.body.append(root);
  print.focus();
  return close;
}

/** @param {Shown} shown */
function sampled({ weight: { origin } }) {
  if (!origin) return null;
  const { sensitivity, seen, index } = origin.image;
  const maps = { sensitivity: unpack(sensitivity), seen: unpack(seen), cols: sensitivity.shape[1] };
  return sampleOf(maps, origin.shares[index] ?? NaN);
}

class Sheet {
  /**
   * @param {Shown} shown
   * @param {Sample | null} sample
   * @param {Translator} words
   * @param {Translator} page
   * @param {boolean} solved
   */
  constructor(shown, sample, words, page, solved) {
    this.shown = shown;
    this.words = words;
    this.page = page;
    this.solved = solved;
    this.root = made("article", "sheet");
    this.root.append(this.#head(), ...this.#products(sample), ...this.#update(), ...this.#kernel());
  }

  #head() {
    const { weight, lane } = this.shown;
    const { layer, out, in: channel, row, col } = weight.weight;
    const head = made("header", "sheet-head");
    const place = { layer, index: [out, channel, row, col].join(", ") };
    const values = {
      lane: lane.id,
      optimizer: optimizerName(lane.optimizer, this.page),
      step: this.page.format.count(weight.lane_step),
    };
    head.append(
      made("p", "sheet-brand", this.solved ? this.words.text("sheet.solutions") : this.words.text("sheet.person")),
      made("h2", "", this.words.text("sheet.title", place)),
      made("p", "", this.words.text("sheet.of", values)),
    );
    return head;
  }

  /** @param {Sample | null} sample */
  #products(sample) {
    const { origin } = this.shown.weight;
    if (!sample || !origin) return [];
    const { index } = origin.image;
    const { count } = this.page.format;
    const others = origin.image.sensitivity.shape[0] * origin.image.sensitivity.shape[1] - sample.products.length;
    const unit = sample.power === 0 ? "1" : `10${superscript(sample.power)}`;
    const values = {
      number: count(index + 1),
      images: count(origin.shares.length),
      class: this.shown.classes[origin.labels[index]] ?? "",
      unit,
      others: count(others),
      channel: this.shown.channel,
    };
    const table = document.createElement("table");
    table.className = "sheet-sum";
    const heads = ["position", "sensitivity", "seen", "product"].map((name) =>
      made("th", "", this.words.text(`sheet.head.${name}`, values)),
    );
    const rows = sample.products.map(({ row, col, sensitivity, seen, product }, place) => {
      const line = document.createElement("tr");
      line.append(
        made("td", "", `${LETTERS[place]} (${row}, ${col})`),
        made("td", "", sensitivity),
        made("td", "", seen),
        this.#gap(product, made("td")),
      );
      return line;
    });
    // A weight of a dense layer has one position, and nothing to add up.
    const added = [
      ["sheet.sum", sample.sum, true],
      ["sheet.rest", sample.rest, false],
    ];
    const sums = [...(others > 0 ? added : []), ["sheet.share", sample.share, true]].map(([key, text, asked]) => {
      const line = document.createElement("tr");
      const name = made("th", "", this.words.text(String(key), values));
      name.setAttribute("colspan", "3");
      line.append(name, asked ? this.#gap(String(text), made("td")) : made("td", "", String(text)));
      return line;
    });
    const top = document.createElement("tr");
    top.append(...heads);
    table.append(top, ...rows, ...sums);
    const box = made("div", "sheet-origin");
    box.append(table, ...(others > 0 ? [this.#picture(sample)] : []));
    return [
      made("h3", "", this.words.text("sheet.products")),
      made("p", "", this.words.text(others > 0 ? "sheet.products.text" : "sheet.products.one", values)),
      box,
    ];
  }

  /**
   * What the weight met in the image, in grey, with the positions of the products.
   * @param {Sample} sample
   */
  #picture({ products }) {
    const { origin } = this.shown.weight;
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    if (!origin || !context) return canvas;
    const [rows, cols] = origin.image.seen.shape;
    const values = unpack(origin.image.seen);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    Object.assign(canvas, { width: cols * CELL, height: rows * CELL });
    values.forEach((value, place) => {
      // Not quite black, so that the marks can be read.
      const grey = 255 - Math.round(150 * ((value - low) / (high - low || 1)));
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      context.fillRect((place % cols) * CELL, Math.floor(place / cols) * CELL, CELL, CELL);
    });
    context.font = "bold 14px sans-serif";
    products.forEach(({ row, col }, place) => {
      context.strokeStyle = context.fillStyle = "black";
      context.strokeRect(col * CELL + 0.5, row * CELL + 0.5, CELL - 1, CELL - 1);
      const right = col > cols - 3;
      context.fillText(LETTERS[place], (right ? col - 1 : col + 1) * CELL + 2, (row + 1) * CELL);
    });
    const figure = document.createElement("figure");
    figure.append(canvas, made("figcaption", "", this.words.text("sheet.picture", { channel: this.shown.channel })));
    return figure;
  }

  #update() {
    const { weight, lane } = this.shown;
    const { count } = this.page.format;
    const gradient = significant(weight.gradient ?? NaN, 4);
    const list = made("ol", "sheet-lines");
    for (const { name, symbols, numbers, sign, shown } of arithmetic(weight, lane.optimizer)) {
      const line = made("li", "", `${name} = ${symbols} = ${numbers} ${sign} `);
      line.append(this.#gap(shown, made("span")));
      list.append(line);
    }
    const values = { images: count(weight.origin?.shares.length ?? 0), gradient, rate: significant(weight.learning_rate ?? NaN, 6) };
    const question = made("p", "", `${this.words.text("sheet.why", { gradient })} `);
    question.append(this.#gap(ruleText(weight, lane.optimizer, this.page), made("span", "sheet-answer")));
    return [
      made("h3", "", this.words.text("sheet.update")),
      made("p", "", this.words.text(isPlainSgd(lane.optimizer) ? "sheet.update.text" : "sheet.update.lines", values)),
      list,
      question,
    ];
  }

  #kernel() {
    const { weight } = this.shown;
    if (!weight.kernel) return [];
    const cell = weight.weight;
    const [rows, cols] = weight.kernel.shape;
    const values = unpack(weight.kernel);
    const part = excerpt(cell, { rows, cols }, MOST_CELLS);
    const table = document.createElement("table");
    table.className = "sheet-kernel";
    for (let row = part.row; row < part.row + part.rows; row += 1) {
      const line = document.createElement("tr");
      for (let col = part.col; col < part.col + part.cols; col += 1) {
        const own = row === cell.row && col === cell.col;
        const text = fixed(values[row * cols + col], DECIMALS);
        line.append(own ? this.#gap(text, made("td", "sheet-own")) : made("td", "", text));
      }
      table.append(line);
    }
    return [
      made("h3", "", this.words.text("sheet.kernel")),
      made("p", "", this.words.text("sheet.kernel.text", { decimals: DECIMALS })),
      table,
    ];
  }

  /**
   * A gap, or what belongs there.
   * @param {string} text
   * @param {HTMLElement} element
   */
  #gap(text, element) {
    element.classList.add("gap");
    element.textContent = this.solved ? text : "\u00a0";
    return element;
  }
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
function made(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/**
 * @param {string} text
 * @param {() => void} onClick
 */
function button(text, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = text;
  element.addEventListener("click", onClick);
  return element;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} power */
function superscript(power) {
  return (power < 0 ? "⁻" : "") + [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
}
