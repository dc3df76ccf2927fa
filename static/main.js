import { loadTranslator } from "./base/i18n.js";
import { openPage } from "./page.js";

/**
 * Begins the page, once its words have come. Where a module fails, none of this runs; where the words fail, it ends here: both are
 * said by static/loading.js, which looks for the mark. Nothing waits at the top of a module, where WebKit keeps errors to itself.
 */

const { dataset, lang } = document.documentElement;
dataset.loaded = "scripts";
void loadTranslator(lang).then((translator) => {
  openPage(translator);
  dataset.loaded = "all";
});
