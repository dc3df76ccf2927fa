import { find } from "../base/dom.js";
import { bindPrinting, bindThemeControl } from "../base/theme.js";

/**
 * Tell whatever paints when the theme, printing or the screen changes how it must look.
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
 * Watch the ratio of device to CSS pixels, which changes on zoom or another screen; each query fires only once.
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
