import { find } from "../base/dom.js";
import { bindPrinting, bindThemeControl } from "../base/theme.js";

/**
 * Themes, paper, and screens: whoever paints is told when its pictures are to look otherwise.
 *
 * @param {import("../page/page.js").Page} page
 */
export function joinAppearance({ themed, printed, fit, settings }) {
  const theme = find(document, "#theme", HTMLSelectElement);
  bindThemeControl(theme, () => {
    themed.tell();
    fit.invalidate();
  });
  bindPrinting(() => {
    themed.tell();
    printed.tell();
  });
  watchPixelRatio(() => fit.invalidate());
  settings.add("theme", { read: () => (theme.value === "system" ? "" : theme.value), apply: () => theme.value !== "system" });
}

/**
 * The ratio of device to CSS pixels changes when a window moves between screens or is zoomed; each query tells once.
 * @param {() => void} onChange
 */
function watchPixelRatio(onChange) {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  query.addEventListener(
    "change",
    () => {
      onChange();
      watchPixelRatio(onChange);
    },
    { once: true },
  );
}
