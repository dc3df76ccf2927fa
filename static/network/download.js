import { find, part, write } from "../base/dom.js";
import { loadProblemWords, reasonText } from "../base/problems.js";
import { fromRoot } from "../base/root.js";

/**
 * The download of a data set: what it is, how far it is, and the buttons. The server downloads, so that it goes on when the page is left.
 *
 * @typedef {import("../base/types.js").ListedDataset} ListedDataset
 * @typedef {import("../base/types.js").Download} Standing
 */

const INTERVAL_MS = 500;
const MEGABYTE = 1e6;

export class Download {
  /**
   * @param {HTMLElement} root
   * @param {import("../base/i18n.js").Translator} translator with the words of `network/`
   */
  constructor(root, translator) {
    this.root = root;
    this.translator = translator;
    this.begin = find(root, '[value="download"]', HTMLButtonElement);
    this.stop = find(root, '[value="stop"]', HTMLButtonElement);
    this.progress = find(root, "progress", HTMLProgressElement);
    /** The data set shown; empty: none. */
    this.name = "";
    /** Whether something waits for it. */
    this.isAwaited = false;
    this.timer = 0;
    /** Called once the data set that is awaited has come. */
    this.whenHere = () => {};
    this.begin.addEventListener("click", () => void this.#ask("POST"));
    this.stop.addEventListener("click", () => void this.#ask("DELETE"));
  }

  /**
   * Show a data set's download, and follow it; nothing where there is nothing to download.
   * @param {string} name
   * @param {boolean} [isAwaited] whether something waits for it even if it is here
   */
  async show(name, isAwaited = false) {
    this.name = name;
    this.isAwaited = isAwaited;
    await this.#look();
  }

  /** Follow no download any longer. */
  hide() {
    this.name = "";
    clearTimeout(this.timer);
    this.root.hidden = true;
  }

  /** @param {"POST" | "DELETE"} method */
  async #ask(method) {
    const { name } = this;
    const address = fromRoot(`api/datasets/${encodeURIComponent(name)}/download`);
    const answer = await fetch(address, { method }).catch(() => null);
    if (name !== this.name) return;
    if (answer?.ok) await this.#look();
    else this.#say(this.translator.text(answer?.status === 403 ? "network.download.teacher" : "network.unreachable"));
    (method === "POST" ? this.stop : this.begin).focus();
  }

  async #look() {
    clearTimeout(this.timer);
    const { name } = this;
    try {
      const answer = await fetch(fromRoot("api/datasets"));
      /** @type {ListedDataset[]} */
      const listed = await answer.json();
      const standing = listed.find((one) => one.name === name)?.download ?? null;
      const words = standing?.problem ? await loadProblemWords() : this.translator;
      if (name !== this.name) return;
      if (!standing || standing.here) this.#arrived();
      else this.#write(standing, words);
      if (standing?.under_way) this.timer = setTimeout(() => void this.#look(), INTERVAL_MS);
    } catch {
      if (name !== this.name) return;
      this.#say(this.translator.text("network.unreachable"));
      this.timer = setTimeout(() => void this.#look(), 4 * INTERVAL_MS);
    }
  }

  #arrived() {
    const { isAwaited } = this;
    this.hide();
    if (isAwaited) this.whenHere();
  }

  /**
   * @param {Standing} standing
   * @param {import("../base/i18n.js").Translator} words those of problems, if it has one
   */
  #write(standing, words) {
    this.isAwaited = true;
    const { size, came, found, under_way: isUnderWay, problem, source } = standing;
    const { translator } = this;
    const key = `network.download.licence.${this.name}`;
    const licence = translator.has(key) ? translator.text(key) : standing.licence;
    const values = { came: megabytes(came, translator), size: megabytes(size, translator) };
    write(part(this.root, "about"), translator.text("network.download.about", { ...values, source, licence }));
    write(this.begin, translator.text(beginning(standing)));
    this.begin.hidden = isUnderWay;
    this.stop.hidden = this.progress.hidden = !isUnderWay;
    this.progress.max = size;
    this.progress.value = came;
    const state = stateOf(standing);
    write(part(this.root, "state"), state && translator.text(state, { ...values, folder: found }));
    this.#say(problem ? reasonText(problem, words) : "");
    this.root.hidden = false;
  }

  /** @param {string} text */
  #say(text) {
    write(part(this.root, "problem"), text);
  }
}

/** The key of what is to be done. @param {Standing} standing */
export function beginning({ found, came }) {
  if (found) return "network.download.take";
  return came > 0 ? "network.download.continue" : "network.download.begin";
}

/** The key of how far it is; empty: nothing has come. @param {Standing} standing */
export function stateOf({ under_way: isUnderWay, found, came, size }) {
  if (isUnderWay) return came < size ? "network.download.progress" : "network.download.unpacking";
  if (found) return "network.download.found";
  return came > 0 ? "network.download.came" : "";
}

/**
 * @param {number} bytes
 * @param {import("../base/i18n.js").Translator} translator
 */
function megabytes(bytes, { language }) {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / MEGABYTE);
}
