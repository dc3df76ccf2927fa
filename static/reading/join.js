import { Part } from "../page/part.js";

/**
 * Load the reading beside the page (/learn), if there is one.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinReading(page) {
  if (!document.querySelector("#reading")) return;
  void new Part(async () => (await import("./reading.js")).bindReading(page)).want();
}
