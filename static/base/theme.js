import { remember } from "./storage.js";

/**
 * The theme: light, dark, or the system's. CSS takes the colours from `color-scheme`; canvases ask here.
 *
 * @typedef {"light" | "dark"} Theme
 * @typedef {Theme | "system"} ThemeChoice
 */

const STORAGE_KEY = "kernelscope.theme";
const systemDark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

/** Whether the page is laid out for paper. */
export function isPrinting() {
  return document.documentElement.hasAttribute("data-printing");
}

/**
 * Repaint for printing. On paper everything is light and as wide as a sheet, and must be so before the browser captures the page.
 * @param {() => void} repaint synchronously
 */
export function bindPrinting(repaint) {
  /** @param {boolean} printing */
  const lay = (printing) => {
    if (printing === isPrinting()) return;
    document.documentElement.toggleAttribute("data-printing", printing);
    repaint();
  };
  addEventListener("beforeprint", () => lay(true));
  addEventListener("afterprint", () => lay(false));
  matchMedia("print").addEventListener("change", ({ matches }) => lay(matches));
}

/** @returns {ThemeChoice} */
export function themeChoice() {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** @returns {Theme} */
export function currentTheme() {
  if (isPrinting()) return "light";
  const choice = themeChoice();
  if (choice !== "system") return choice;
  return systemDark.matches ? "dark" : "light";
}

/**
 * @param {HTMLSelectElement} select
 * @param {() => void} onChange
 */
export function bindThemeControl(select, onChange) {
  select.value = themeChoice();
  select.addEventListener("change", () => {
    if (select.value === "system") {
      delete document.documentElement.dataset.theme;
      remember(STORAGE_KEY, null);
    } else {
      document.documentElement.dataset.theme = select.value;
      remember(STORAGE_KEY, select.value);
    }
    onChange();
  });
  systemDark.addEventListener("change", () => {
    if (themeChoice() === "system") onChange();
  });
}
