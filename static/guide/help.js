import { find, isReachable, part } from "../base/dom.js";
import { keyLabel, namesIn } from "./keys.js";

/**
 * The help dialog, made from the document as it is now: each control on screen or in a menu, with its name, its explanation and its
 * key, if any; each explanation on screen; and a glossary.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {string[]} keys
 * @property {string} text
 */

const CONTROLS = "button, a, select, input, summary, canvas[tabindex], [tabindex='0']";
const GROUPS = "nav, [role=group], details, section";
const WORDS = ["step", "epoch", "kernel", "filter", "gradient", "update", "lane", "snapshot", "probe", "loss", "activation"];
const KEYS = ["cells", "pages", "chart", "slider", "timeline", "leave"];

export class Help {
  /**
   * @param {Translator} words
   * @param {import("./shortcuts.js").Shortcuts} shortcuts
   */
  constructor(words, shortcuts) {
    this.words = words;
    this.dialog = find(document, "#help", HTMLDialogElement);
    const box = find(this.dialog, "#shortcuts", HTMLInputElement);
    box.checked = shortcuts.enabled;
    box.addEventListener("change", () => shortcuts.enable(box.checked));
    find(this.dialog, '[value="close"]', HTMLButtonElement).addEventListener("click", () => this.dialog.close());
  }

  open() {
    if (this.dialog.open) return;
    part(this.dialog, "pages").replaceChildren(...contents(this.words));
    this.dialog.showModal();
  }
}

/** @param {Translator} words */
function contents(words) {
  const keys = KEYS.map((key) => entry(words.text(`keys.${key}.name`), words.text(`keys.${key}.text`)));
  const meanings = WORDS.map((word) => entry(words.text(`word.${word}.name`), words.text(`word.${word}.text`)));
  return [
    heading("h3", words.text("help.controls")),
    ...grouped([...document.querySelectorAll(CONTROLS)].filter(isOfPage).filter(isReachable), controlEntry),
    heading("h3", words.text("help.keys")),
    list(keys),
    heading("h3", words.text("help.words")),
    list(meanings),
    heading("h3", words.text("help.screen")),
    ...grouped([...document.querySelectorAll(`[title]:not(${CONTROLS}, option, label)`)].filter(isOfPage), screenEntry),
  ];
}

/**
 * Dialogs explain themselves when open, and one lane represents all.
 * @param {Element} element
 */
const isOfPage = (element) => element.closest("dialog, aside, .lane ~ .lane, [data-gone]") === null;

/**
 * List entries under the names of the groups that contain the elements, each explanation only once.
 * @param {Element[]} elements
 * @param {(element: HTMLElement) => Entry | null} toEntry
 */
function grouped(elements, toEntry) {
  /** @type {Map<string, Entry[]>} */
  const groups = new Map();
  const said = new Set();
  for (const element of elements) {
    const one = element instanceof HTMLElement ? toEntry(element) : null;
    const mark = one && `${one.text}|${one.keys}`;
    if (!one || said.has(mark)) continue;
    said.add(mark);
    const name = nameOfGroup(element);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups].flatMap(([name, entries]) => [heading("h4", name), list(entries)]);
}

/**
 * None for a control whose name says all there is to say.
 * @param {HTMLElement} control
 * @returns {Entry | null}
 */
function controlEntry(control) {
  const explained = control.closest("[title]");
  const keys = namesIn(control.getAttribute("aria-keyshortcuts")).map(keyLabel);
  const name = nameOf(control);
  const text = explained instanceof HTMLElement ? explained.title : "";
  return name === "" || (keys.length === 0 && (text === "" || text === name)) ? null : { name, keys, text };
}

/**
 * @param {HTMLElement} element
 * @returns {Entry | null}
 */
function screenEntry(element) {
  const name = element.checkVisibility() ? nameOf(element) : "";
  // A name that may be cut off is its own title, which explains nothing.
  return name === "" || name === element.title ? null : { name, keys: [], text: element.title };
}

/**
 * Name an element by its label, else by the beginning of its text.
 * @param {Element} element
 */
function nameOf(element) {
  const label = element.getAttribute("aria-label") ?? textOf(element.getAttribute("aria-labelledby"));
  if (label) return label.split(/[.。]/)[0];
  if (element instanceof HTMLSelectElement || element instanceof HTMLInputElement) {
    const [own] = element.labels ?? [];
    const text =
      own &&
      [...own.childNodes]
        .filter((node) => node !== element)
        .map((node) => node.textContent)
        .join("");
    if (text?.trim()) return text.trim();
  }
  const picture = element.querySelector("canvas[aria-label]");
  if (picture) return nameOf(picture);
  const head = element.querySelector("h2, h3, dt, figcaption") ?? element;
  return head.textContent.replace(/\s+/g, " ").trim().slice(0, 60);
}

/** @param {string | null} id */
const textOf = (id) => (id ? document.getElementById(id)?.textContent : null);

/** @param {Element} element */
function nameOfGroup(element) {
  for (let group = element.closest(GROUPS); group; group = group.parentElement?.closest(GROUPS) ?? null) {
    const name =
      group.getAttribute("aria-label") ?? textOf(group.getAttribute("aria-labelledby")) ?? group.querySelector("h2")?.textContent;
    if (name && group.id !== "charts") return name;
  }
  return "Kernelscope";
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Entry}
 */
const entry = (name, text) => ({ name, keys: [], text });

/**
 * @param {"h3" | "h4"} tag
 * @param {string} text
 */
function heading(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** @param {Entry[]} entries */
function list(entries) {
  const element = document.createElement("dl");
  element.className = "help-list";
  for (const { name, keys, text } of entries) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    term.textContent = name;
    for (const key of keys) {
      const sign = document.createElement("kbd");
      sign.textContent = key;
      term.append(sign);
    }
    meaning.textContent = text;
    row.append(term, meaning);
    element.append(row);
  }
  return element;
}
