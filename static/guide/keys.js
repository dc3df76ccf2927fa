/**
 * The names of keys, as the attribute `aria-keyshortcuts` writes them: "s", "Shift+r", "Space", "ArrowRight", "1". Pure.
 *
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} Press
 */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "[": "[", "]": "]" };

/**
 * What was pressed. A digit is the key on which it stands, whatever Shift makes of it; a sign is itself, whatever it takes to
 * type it. While a Chinese input method is on, letters come without their names.
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
 * As a person reads it: "S", "Shift+R", "→".
 * @param {string} name
 */
export function keyLabel(name) {
  const parts = name.split("+");
  return parts.map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+");
}
