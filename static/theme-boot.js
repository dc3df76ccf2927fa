// A classic script that blocks the first paint on purpose: a dark page must not flash white before its modules load.
(() => {
  let theme = new URLSearchParams(location.search).get("theme");
  try {
    theme ??= localStorage.getItem("kernelscope.theme");
  } catch {
    // A browser need not keep anything (memory.js).
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
