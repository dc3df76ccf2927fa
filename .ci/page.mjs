/**
 * Check what no linter knows about the page: that its languages have the same strings, that strings and styles are used and in
 * the right place, and that no file is too long. `npm run lint` runs it.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const LONGEST = { "templates .html": 200, "static/styles .css": 300 };

/** @type {Set<string>} */
const wrong = new Set();
/** @param {string} path */
const read = (path) => readFileSync(path, "utf8");
/** @param {string} folder @param {string} ending */
const ours = (folder, ending) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith(ending) && !/^static\/(built|vendor)\//.test(path))
    .sort();
/** @param {string[]} paths */
const all = (paths) => paths.map(read).join("\n");
/** @param {RegExp} pattern @param {string} text */
const found = (pattern, text) => new Set(Array.from(text.matchAll(pattern), ({ groups }) => groups?.found ?? ""));
/** @param {Iterable<string>} which @param {string} what */
const complain = (which, what) => {
  for (const one of which) wrong.add(`${one}: ${what}`);
};

// As a script writes it: t("part." ~ name) is t(`part.${name}`).
const templates = all(ours("templates", ".html")).replace(/"([\w.-]+)" ~ (\w+)/g, "`$1${$2}`");
const scripts = all(ours("static", ".js"));

checkLengths();
checkWords();
checkStyles();
for (const line of wrong) console.error(line);
process.exitCode = wrong.size ? 1 : 0;

function checkLengths() {
  for (const [files, most] of Object.entries(LONGEST)) {
    const [folder, ending] = files.split(" ");
    const long = ours(folder, ending).filter((path) => read(path).split("\n").length - 1 > most);
    complain(long, `more than ${most} lines: cut it along what it holds`);
  }
}

/** The strings of each language are in files of its name, in folders by who uses them; "." is for the scripts of every page. */
function checkWords() {
  const files = ours("static/locales", ".json");
  /** @param {string} code */
  const dictionary = (code) => {
    /** @type {Map<string, {text: string, folder: string}>} */
    const words = new Map();
    /** @type {string[]} */
    const keys = [];
    for (const path of files.filter((file) => basename(file, ".json") === code)) {
      const source = read(path);
      keys.push(...Array.from(source.matchAll(/^\s*"([^"]+)":/gm), ([, key]) => key));
      const folder = path.split("/").at(-2) ?? "";
      for (const [key, text] of Object.entries(JSON.parse(source))) words.set(key, { text, folder });
    }
    complain(keys.filter((key, index) => keys.indexOf(key) !== index), `twice in ${code}`);
    return words;
  };

  const english = dictionary("en");
  for (const code of new Set(files.map((path) => basename(path, ".json")))) {
    const words = dictionary(code);
    complain([...english.keys()].filter((key) => !words.has(key)), `not in ${code}`);
    // Classes are called in English what the server calls them (tests/test_locales.py).
    complain([...words.keys()].filter((key) => !english.has(key) && !key.startsWith("class_name.")), `in ${code}, and not in English`);
    for (const [key, { text, folder }] of words) {
      const other = english.get(key);
      if (!text.trim()) complain([key], `empty in ${code}`);
      if (!other) continue;
      if (places(text) !== places(other.text)) complain([key], `other placeholders in ${code} than in English`);
      if (folder !== other.folder) complain([key], `in another folder in ${code} than in English`);
    }
    if (code.startsWith("zh")) checkChinese(words);
  }

  // t("key"), translator.text("key", …), t(`state.${state}`)
  for (const [, , asked] of `${templates}\n${scripts}`.matchAll(/\b(?:t|text|has)\(\s*(["'`])(.*?)\1/g)) {
    const [fixed, ...dynamic] = asked.split("${");
    const known = dynamic.length ? [...english.keys()].some((key) => key.startsWith(fixed)) : english.has(asked);
    if (!known) complain([asked], "asked for, and in no dictionary");
  }

  // Any string literal: a key may be in a table, a condition or an attribute before it is looked up.
  const STRING = /["'`](?<found>[\w.-]+(?:\$\{)?)/g;
  const WRITTEN = /\bt\(\s*(["'`])(?<found>[\w.-]+(?:\$\{)?)(?:\w+\})?\1\s*\)/g;
  const written = found(WRITTEN, templates);
  const said = new Set([...found(STRING, scripts), ...found(STRING, templates.replace(WRITTEN, ""))]);
  /** @param {Set<string>} keys */
  const among = (keys) => {
    const beginnings = [...keys].filter((key) => key.endsWith("${")).map((key) => key.slice(0, -2));
    return (/** @type {string} */ key) => keys.has(key) || beginnings.some((beginning) => key.startsWith(beginning));
  };
  const [isSaid, isWritten] = [among(said), among(written)];
  for (const [key, { folder }] of english) {
    if (!isSaid(key) && !isWritten(key)) complain([key], "nobody asks for it");
    else if (folder === "locales" && !isSaid(key)) complain([key], "no script asks for it: it belongs in static/locales/page");
    else if (folder === "page" && isSaid(key)) complain([key], "a script asks for it: it belongs in static/locales");
  }
}

/** @param {string} text */
function places(text) {
  return Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name).sort().join();
}

/** @param {Map<string, {text: string}>} words */
function checkChinese(words) {
  const HAN = "[\u4e00-\u9fff]";
  const untypical = new RegExp(
    [
      `${HAN}[,:;?!(]|[,:;?!)]${HAN}`, // half-width punctuation beside Han
      `${HAN}[A-Za-z0-9]|[A-Za-z0-9]${HAN}`, // no space between Han and Latin letters or digits
      "[，。：；、？！（）“”] | [，。：；、？！（）“”]", // a space beside full-width punctuation, which includes its own
      `\\d %|["']`, // a space before %, straight quotes
    ].join("|"),
  );
  for (const [key, { text }] of words) {
    // The bracket of a function, as in ln(类别数), is part of a formula.
    const plain = text.replace(/\{\w+\}/g, "0").replace(/[a-z]\([^)]*\)/g, "f");
    if (untypical.test(plain)) complain([key], `not set as Chinese is: ${text}`);
  }
}

/** Check what stylelint can't: each token is used, and each selector matches something. */
function checkStyles() {
  const sheets = ours("static/styles", ".css");
  const used = found(/var\((?<found>--[\w-]+)/g, all(sheets) + scripts);
  const tokens = [...found(/^\s*(?<found>--[\w-]+):/gm, read("static/styles/tokens.css"))];
  // draw/lane-style.js looks up the colours of lanes by letter.
  complain(tokens.filter((token) => !used.has(token) && !/^--lane-[a-h]$/.test(token)), "a token that nothing uses");

  const markup = templates + scripts;
  for (const path of sheets) {
    const selectors = read(path).replace(/\/\*.*?\*\//gs, "").replace(/@[^{;]*/g, "").replace(/\{[^{}]*\}/g, " ");
    for (const name of found(/[.#](?<found>[a-z][\w-]*)/g, selectors)) {
      // Classes of uPlot begin with u-; it composes them at run time.
      if (!name.startsWith("u-") && !new RegExp(`\\b${name}\\b`).test(markup)) complain([name], `finds nothing, in ${path}`);
    }
  }
}
