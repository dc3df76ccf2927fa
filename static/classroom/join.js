import { find } from "../base/dom.js";
import { Part } from "../page/part.js";

/**
 * Load what a class needs, in a class.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinClassroom(page) {
  if (find(document, "main", HTMLElement).dataset.class === undefined) return;
  const classroom = new Part(async () => {
    const { Classroom, loadWords } = await import("./classroom.js");
    return new Classroom(page, await loadWords());
  });
  void classroom.want();
}
