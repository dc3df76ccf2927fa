import { loadTranslator } from "../base/i18n.js";
import { find } from "../base/dom.js";
import { Download } from "./download.js";

/** The page that says that an experiment's data set has to be downloaded first: it offers that, and goes on once it is done. */

async function offer() {
  const root = find(document, ".download", HTMLElement);
  const download = new Download(root, await loadTranslator(document.documentElement.lang, "network/"));
  download.whenHere = () => location.reload();
  await download.show(root.dataset.name ?? "", true);
}

void offer();
