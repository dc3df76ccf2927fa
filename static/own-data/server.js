import { loadProblemWords, problemText } from "../base/problems.js";
import { fromRoot } from "../base/root.js";

/**
 * What the server does with data sets. Each function throws an error whose message is for the reader.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").ListedDataset} ListedDataset
 */

const PATH = "api/datasets";

/** Those of one's own. @param {Translator} words @returns {Promise<ListedDataset[]>} */
export async function ownOnes(words) {
  const all = /** @type {ListedDataset[]} */ (await (await ask(words, PATH)).json());
  return all.filter(({ origin }) => origin === "own");
}

/** @param {Translator} words @param {Blob} body @returns {Promise<ListedDataset>} */
export async function keep(words, body) {
  return (await ask(words, PATH, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } })).json();
}

/** @param {Translator} words @param {string} name */
export async function remove(words, name) {
  await ask(words, `${PATH}/${encodeURIComponent(name)}`, { method: "DELETE" });
}

/**
 * @param {Translator} words
 * @param {string} path
 * @param {RequestInit} [request]
 */
async function ask(words, path, request) {
  const answer = await fetch(fromRoot(path), request).catch(() => null);
  if (answer?.ok) return answer;
  if (!answer) throw new Error(words.text("own.unreachable"));
  const key = `own.refused.${answer.status}`;
  if (words.has(key)) throw new Error(words.text(key));
  const { detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
  if (!Array.isArray(detail)) throw new Error(String(detail));
  const problems = await loadProblemWords();
  throw new Error(detail.map((problem) => problemText(problem, problems)).join(" · "));
}
