import { Part } from "../page/part.js";

/**
 * Load the reading beside the page (/learn), if there is one.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinReading(page) {
  if (!document.querySelector("#reading")) return;
  const reading = new Part(async () => {
    // Its figures are drawn as the studies', and say what those say.
    const [{ bindReading }] = await Promise.all([import("./reading.js"), page.translator.add("studies/")]);
    bindReading(page);
  });
  void reading.want();
}
