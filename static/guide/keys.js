/**
 * The names of keys, as the attribute `aria-keyshortcuts` writes them: "s", "Shift+r", "Space", "ArrowRight", "1". Pure.
 *
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} Press
 */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "[": "[", "]": "]" };

/**
 * Name the pressed key. A digit is named by its key, whatever Shift makes of it; a sign by itself, however it is typed. With a
 * Chinese input method, letters come without their names.
 * @param {Press} press
 */
export function keyName({ key, code, shiftKey }) {
  const [, place] = /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(code) ?? [];
  const isDigit = /^[0-9]$/.test(place ?? "");
  const name = key === " " ? "Space" : isDigit || (key === "Process" && place) ? place : key;
  const isSign = name.length === 1 && !/[0-9a-z]/i.test(name);
  const plain = name.length === 1 ? name.toLowerCase() : name;
  return shiftKey && !isSign ? `Shift+${plain}` : plain;
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
