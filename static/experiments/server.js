import { loadProblemWords, problemText } from "../base/problems.js";
import { fromRoot } from "../base/root.js";

/**
 * What the server does with experiments over HTTP. Each function throws an error whose message is for the reader.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 * @typedef {import("../base/types.js").Listed} Listed
 */

/** The longest name, in code points as the server counts them. */
export const LONGEST_NAME = 80;

export class Server {
  /** @param {Translator} words */
  constructor(words) {
    this.words = words;
  }

  /**
   * One's own experiments, newest first.
   * @param {string} search
   * @param {number} [least] how many at least, where there are so many
   * @returns {Promise<{found: Listed[], next: string | null}>} next: the address of the next page
   */
  async list(search, least = 0) {
    const query = new URLSearchParams({ mine: "true", ...(search && { search }) });
    let { found, next } = await this.page(fromRoot(`api/experiments?${query}`));
    while (next && found.length < least) {
      const page = await this.page(next);
      found = [...found, ...page.found];
      next = page.next;
    }
    return { found, next };
  }

  /**
   * @param {string} address
   * @returns {Promise<{found: Listed[], next: string | null}>}
   */
  async page(address) {
    const answer = await this.#ask(address);
    const link = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("Link") ?? "");
    return { found: await answer.json(), next: link && new URL(link[1], answer.url).href };
  }

  /**
   * @param {string} id
   * @param {string} name empty: one is made up from the settings
   * @returns {Promise<Experiment>}
   */
  async rename(id, name) {
    return (await this.#ask(address(id), "PATCH", { name })).json();
  }

  /**
   * @param {string} id
   * @param {string} name of the original, as it is shown
   * @returns {Promise<Experiment>} the copy
   */
  async duplicate(id, name) {
    const copy = [...this.words.text("experiments.copy", { name })].slice(0, LONGEST_NAME).join("");
    return (await this.#ask(address(id, "/duplicate"), "POST", { name: copy })).json();
  }

  /** @param {string} id */
  async remove(id) {
    await this.#ask(address(id), "DELETE");
  }

  /** @param {string} id */
  async restore(id) {
    await this.#ask(address(id, "/restore"), "POST");
  }

  /**
   * @param {string} url
   * @param {string} [method]
   * @param {object} [body]
   */
  async #ask(url, method = "GET", body) {
    const content = body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(url, { method, ...content }).catch(() => null);
    if (answer?.ok) return answer;
    throw new Error(answer ? await this.#reason(answer) : this.words.text("experiments.unreachable"));
  }

  /** @param {Response} answer */
  async #reason(answer) {
    const { detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
    if (Array.isArray(detail)) {
      const problems = await loadProblemWords();
      return detail.map((problem) => problemText(problem, problems)).join(" · ");
    }
    const key = `experiments.refused.${answer.status}`;
    return this.words.has(key) ? this.words.text(key) : String(detail);
  }
}

/**
 * @param {string} id
 * @param {string} [what]
 */
const address = (id, what = "") => fromRoot(`api/experiments/${id}${what}`);

/** What to tell the reader of an error. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
