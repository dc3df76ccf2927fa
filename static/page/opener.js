/**
 * Fetch a part when its button is approached, by the pointer or the focus.
 * @param {HTMLButtonElement} button
 * @param {import("./part.js").Part<unknown>} part
 */
export function prepares(button, part) {
  for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, () => void part.want(), { once: true });
}

/**
 * Let a button open a part that is not loaded yet: it is fetched on hover, focus or click. Once loaded, the part handles the button itself.
 * @param {HTMLButtonElement} button
 * @param {import("./part.js").Part<unknown>} part what it opens
 */
export function opens(button, part) {
  prepares(button, part);
  button.addEventListener("click", () => void press(button, part));
}

/**
 * The button that was pressed last, while its part is loading, so that two dialogs don't open one over the other.
 * @type {HTMLButtonElement | null}
 */
let pressed = null;

/**
 * @param {HTMLButtonElement} button
 * @param {import("./part.js").Part<unknown>} part
 */
async function press(button, part) {
  if (part.here) return;
  const isComing = pressed === button;
  pressed = button;
  if (isComing) return;
  await part.want();
  if (pressed !== button) return;
  pressed = null;
  if (part.here) button.click();
}
