import { hide, part, write } from "../../base/dom.js";
import { unpack } from "../../stream/packed.js";
import { LanesCard } from "../lanes-card.js";
import { Comparison } from "./comparison.js";
import { ErrorList, PER_PAGE } from "./list.js";
import { Matrix } from "./matrix.js";
import { chosenImages, choiceText, NOTHING, readChoice } from "./reading.js";

/**
 * Where it errs: every lane's confusion matrix at its last test, the images behind the chosen count, and what two lanes disagree on.
 *
 * @typedef {import("./reading.js").Choice} Choice
 * @typedef {import("./reading.js").Tested} Tested
 * @typedef {import("../../page/page.js").Page} Page
 * @typedef {{run: number, labels: number[], lanes: Record<string, Omit<Tested, "confidence"> & {confidence: import("../../stream/packed.js").Packed} | null>}} Found
 */

export class ErrorsCard extends LanesCard {
  /** @override */
  kinds = ["errors", "pictures"];

  /** @param {Page} page */
  constructor(page) {
    super("errors", page);
    /** What the person has chosen; null: the errors of the first lane. @type {Choice | null} */
    this.choice = null;
    this.first = 0;
    /** @type {number[]} */
    this.chosen = [];
    /** @type {Found | null} */
    this.found = null;
    /** @type {Map<string, Tested>} */
    this.tests = new Map();
    /** @type {Matrix[]} */
    this.matrices = [];
    this.structure = "";
    this.list = new ErrorList(part(this.root, "list"), page);
    this.comparison = new Comparison(part(this.root, "compare"), page.translator, (choice) => this.choose(choice));
    this.listed = part(this.root, "listed");
    this.turns = [...this.root.querySelectorAll("button[value]")].filter((button) => button instanceof HTMLButtonElement);
    for (const button of this.turns) button.addEventListener("click", () => this.#turn(Number(button.value)));
    write(part(this.root, "legend"), this.text("errors.legend"));
    this.all = part(this.root, "all");
    write(this.all, this.text("errors.all"));
    this.all.title = this.text("errors.all.title");
    this.all.addEventListener("click", () => this.choose({ lane: this.current.lane }));
    page.store.on("pictures", () => this.list.pictures.add(this.store.finding("pictures")));
    this.list.onLeave(() => this.#list());
    page.image.onChange(() => this.isShown && this.#list());
    this.setting("errors", { read: () => (this.choice ? choiceText(this.choice) : ""), apply: (text) => this.#restore(text) });
  }

  /** What is listed: what has been chosen, if it is still there. @returns {Choice} */
  get current() {
    const { choice, lanes } = this;
    const isThere = choice && lanes.includes(choice.lane) && (choice.right === undefined || lanes.includes(choice.right));
    return isThere ? choice : { lane: lanes[0] ?? "" };
  }

  /** @param {Choice | null} choice */
  choose(choice) {
    this.choice = choice && choiceText(choice) === this.lanes[0] ? null : choice;
    this.first = 0;
    this.#list();
    this.page.settings.applied.tell();
  }

  /** @param {string} text */
  #restore(text) {
    if (text === "") {
      this.choose(null);
      return true;
    }
    const { experiment } = this.store;
    const choice =
      experiment &&
      readChoice(
        text,
        experiment.lanes.map(({ id }) => id),
        experiment.dataset.classes.length,
      );
    if (choice) this.choose(choice);
    return Boolean(choice);
  }

  /** @override */
  asks() {
    return [{ kind: "errors" }, ...this.list.asks()];
  }

  /** @override */
  draw() {
    const { experiment } = this.store;
    if (!this.isShown || !experiment) return;
    this.#build(experiment.dataset.classes);
    /** @type {Found | null} */
    const found = this.store.finding("errors");
    if (found && found !== this.found) this.#read(found);
    if (this.found) {
      for (const matrix of this.matrices) {
        const test = this.tests.get(matrix.lane) ?? null;
        matrix.show(this.found.labels, test, this.#told(matrix.lane, test));
      }
      this.comparison.show(this.lanes, this.tests, this.found.labels);
    }
    if (!this.list.isHeld || this.list.asks().length > 0 || this.list.isAwaited) this.#list();
    this.age();
  }

  /** @override */
  retheme() {
    this.list.forget();
    super.retheme();
  }

  /** @override */
  age() {
    if (!this.isShown) return;
    const isStale = this.found !== null && this.found.run !== this.store.series.run;
    this.root.toggleAttribute("data-stale", isStale);
    const { newest } = this;
    const isKnown = newest > -Infinity;
    this.root.dataset.step = isKnown ? String(newest) : "";
    write(
      this.where,
      isKnown
        ? this.text("errors.where", { step: this.translator.format.count(newest) })
        : this.text(this.found ? "errors.awaited" : "study.measuring"),
    );
  }

  /** @param {Found} found */
  #read(found) {
    this.found = found;
    const tested = Object.entries(found.lanes).flatMap(([lane, test]) =>
      test ? [/** @type {[string, Tested]} */ ([lane, { ...test, confidence: unpack(test.confidence) }])] : [],
    );
    this.tests = new Map(tested);
  }

  /** @param {string[]} classes */
  #build(classes) {
    const { lanes } = this;
    const structure = JSON.stringify([lanes, classes]);
    if (structure === this.structure) return;
    this.structure = structure;
    this.matrices = lanes.map(
      (lane) => new Matrix(lane, classes, this.translator, (label, predicted) => this.#chooseCell({ lane, label, predicted })),
    );
    const place = part(this.root, "matrices");
    place.style.setProperty("--classes", String(classes.length));
    place.replaceChildren(...this.matrices.map(({ root }) => root));
  }

  /** The step of the newest test; −Infinity: none is known. */
  get newest() {
    return Math.max(...this.lanes.flatMap((lane) => this.tests.get(lane)?.step ?? []));
  }

  /** Choosing a count again lists all errors of the lane. @param {Choice} choice */
  #chooseCell(choice) {
    this.choose(choiceText(choice) === choiceText(this.current) ? { lane: choice.lane } : choice);
  }

  /**
   * @param {string} lane
   * @param {Tested | null} test
   */
  #told(lane, test) {
    if (!test) return this.text("errors.untested", { lane });
    const { count, percent } = this.translator.format;
    const total = test.predicted.length;
    const values = { lane, right: count(test.right), total: count(total), percent: percent(test.right / total), step: count(test.step) };
    return this.text(test.step === this.newest ? "errors.told" : "errors.told.earlier", values);
  }

  /** List the chosen images. */
  #list() {
    const { experiment } = this.store;
    if (!this.isShown || !experiment) return;
    const { current } = this;
    const test = this.tests.get(current.lane) ?? null;
    const labels = this.found?.labels ?? [];
    this.chosen = chosenImages(labels, this.tests, current);
    if (this.first >= this.chosen.length) this.first = 0;
    const images = this.chosen.slice(this.first, this.first + PER_PAGE);
    const { classes } = experiment.dataset;
    this.list.show(images, labels, test, classes);
    this.ask();
    const { count } = this.translator.format;
    const values = {
      lane: current.lane,
      other: current.right ?? "",
      label: classes[current.label ?? 0],
      taken: current.predicted === NOTHING ? this.text("errors.nothing") : classes[current.predicted ?? 0],
      images: count(this.chosen.length),
      first: count(Math.min(this.first + 1, this.chosen.length)),
      last: count(this.first + images.length),
    };
    const kind =
      current.right !== undefined ? "apart" : current.label === undefined ? "lane" : current.label === current.predicted ? "right" : "cell";
    write(this.listed, test ? this.text(`errors.listed.${this.chosen.length === 0 ? "none" : kind}`, values) : "\u00a0");
    hide(this.all, current.right === undefined && current.label === undefined);
    this.turns[0].disabled = this.first === 0;
    this.turns[1].disabled = this.first + PER_PAGE >= this.chosen.length;
    for (const matrix of this.matrices) matrix.mark(matrix.lane === current.lane && current.right === undefined ? current : null);
    this.comparison.mark(current);
  }

  /** @param {number} by */
  #turn(by) {
    this.first = Math.max(0, this.first + by * PER_PAGE);
    this.#list();
  }
}
