/**
 * Bind a row of buttons, one of which is pressed.
 * @param {"scale" | "scale-x"} name
 * @param {(value: string) => void} onChoice
 */
export function bindChoice(name, onChoice) {
  const buttons = [...document.querySelectorAll(`[data-${name}]`)].filter((button) => button instanceof HTMLElement);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      onChoice(button.getAttribute(`data-${name}`) ?? "");
    });
  }
}
