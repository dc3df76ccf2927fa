import { significant } from "../format.js";
import { arithmetic } from "../weight-arithmetic.js";

const DIGITS = 4;

/**
 * The arithmetic of one weight's update, line by line.
 * @param {HTMLElement} list a `<dl>`
 * @param {import("../types.js").OneWeight} weight
 * @param {import("../types.js").Optimizer} optimizer of its lane
 */
export function writeLines(list, weight, optimizer) {
  list.replaceChildren(
    ...arithmetic(weight, optimizer).flatMap(({ name, symbols, numbers, value }) => {
      const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = `${name} = ${symbols}`;
      detail.textContent = `= ${numbers} = ${significant(value, DIGITS)}`;
      return [term, detail];
    }),
  );
}
