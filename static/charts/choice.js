/**
 * A row of buttons, one of which is pressed. Each has the attribute of the row's name, with what it chooses.
 *
 * @typedef {"scale" | "scale-x"} Name
 */

/**
 * @param {Name} name
 * @param {(value: string) => void} onChoice
 */
export function bindChoice(name, onChoice) {
  const buttons = buttonsOf(name);
  for (const { button, value } of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.button.setAttribute("aria-pressed", String(other.button === button));
      onChoice(value);
    });
  }
}

/**
 * The address's setting for what is chosen.
 * @param {Name} name
 * @returns {import("../page/settings.js").Setting}
 */
export function choiceSetting(name) {
  const buttons = buttonsOf(name);
  return {
    read: () => buttons.find(({ button }) => button.getAttribute("aria-pressed") === "true")?.value ?? "",
    apply(text) {
      const wanted = buttons.find(({ value }) => value === text);
      wanted?.button.click();
      return wanted !== undefined;
    },
  };
}

/** @param {Name} name */
function buttonsOf(name) {
  const found = [...document.querySelectorAll(`button[data-${name}]`)].filter((button) => button instanceof HTMLElement);
  return found.map((button) => ({ button, value: button.getAttribute(`data-${name}`) ?? "" }));
}
