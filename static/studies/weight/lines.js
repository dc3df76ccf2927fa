import { significant } from "../../base/format.js";
import { isPlainSgd } from "../../state/update.js";
import { arithmetic, besides, rule } from "./arithmetic.js";
import { optimizerName } from "../../state/description.js";

const DIGITS = 4;

/**
 * Write the arithmetic of one weight's update, line by line.
 * @param {HTMLElement} list a `<dl>`
 * @param {import("./arithmetic.js").OneWeight} weight
 * @param {import("../../base/types.js").Optimizer} optimizer of its lane
 */
export function writeLines(list, weight, optimizer) {
  list.replaceChildren(
    ...arithmetic(weight, optimizer).flatMap(({ name, symbols, numbers, sign, shown }) => {
      const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = `${name} = ${symbols}`;
      detail.textContent = `= ${numbers} ${sign} ${shown}`;
      return [term, detail];
    }),
  );
}

/**
 * Say what the step did to the weight, and why.
 * @param {import("./arithmetic.js").OneWeight} weight of a lane that has made a step
 * @param {import("../../base/types.js").Optimizer} optimizer of its lane
 * @param {import("../../base/i18n.js").Translator} translator
 */
export function ruleText(weight, optimizer, translator) {
  const found = rule(weight);
  // The gradient alone explains a move against it only if nothing else moves the weight.
  const alone = isPlainSgd(optimizer) || (found !== "positive" && found !== "negative");
  const cause = causeText(optimizer, translator);
  return translator.text(`weight.rule.${found}${alone ? "" : ".besides"}`, {
    amount: significant(Math.abs(weight.update ?? 0), DIGITS),
    cause,
  });
}

/**
 * Say what moves weights besides their gradients.
 * @param {import("../../base/types.js").Optimizer} optimizer that is not plain SGD
 * @param {import("../../base/i18n.js").Translator} translator
 */
export function causeText(optimizer, translator) {
  return translator.text(`weight.besides.${besides(optimizer)}`, { optimizer: optimizerName(optimizer, translator) });
}
