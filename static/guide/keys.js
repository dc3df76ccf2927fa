/**
 * The names of keys, as the attribute `aria-keyshortcuts` writes them: "s", "Shift+r", "Space", "ArrowRight", "1". Pure.
 *
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} Press
 */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "[": "[", "]": "]" };

/** A letter of Cyrillic, Greek, Hebrew, Arabic … (one key may give several: لا), or a question mark of Arabic. */
const OTHER_SCRIPT = /^(?!\p{Script=Latin})[\p{L}\p{M}؟]/u;

/**
 * Name the pressed key. A letter counts as it is printed on a Latin keyboard; on others, and while an input method keeps it, the
 * key's place does, named as on an American keyboard. A digit is that of its place, whether it needs Shift there, as on a French
 * keyboard, or not. A sign is named by itself, however it is typed.
 * @param {Press} press
 */
export function keyName({ key, code, shiftKey }) {
  const [, row, place = ""] = /^(Digit|Key)(.)$/.exec(code) ?? [];
  const isSign = /^[!-/:-@[-`{-~]$/.test(key);
  if (isSign && (shiftKey || row !== "Digit")) return key;
  if (row === "Digit" && (!shiftKey || /^\p{Nd}$/u.test(key))) return place;
  const isUnprinted = key === "Process" || OTHER_SCRIPT.test(key);
  if (isUnprinted && shiftKey && code === "Slash") return "?";
  const name = key === " " ? "Space" : isUnprinted && place ? place : key;
  const plain = name.length === 1 ? name.toLowerCase() : name;
  return shiftKey ? `Shift+${plain}` : plain;
}

/**
 * @param {string | null} shortcuts the attribute
 * @returns {string[]}
 */
export function namesIn(shortcuts) {
  return shortcuts?.split(/\s+/).filter(Boolean) ?? [];
}

/**
 * The label of a key, as printed on the keyboard: "S", "Shift+R", "→".
 * @param {string} name
 */
export function keyLabel(name) {
  const parts = name.split("+");
  return parts.map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+");
}
