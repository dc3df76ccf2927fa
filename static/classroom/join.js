import { find } from "../base/dom.js";
import { loadTranslator } from "../base/i18n.js";
import { Part } from "../page/part.js";

/**
 * Load what a class needs, in a class.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinClassroom(page) {
  if (find(document, "main", HTMLElement).dataset.class === undefined) return;
  const classroom = new Part(async () => {
    const [{ Classroom }, words] = await Promise.all([import("./classroom.js"), loadTranslator(page.translator.language, "classroom/")]);
    return new Classroom(page, words);
  });
  void classroom.want();
}
