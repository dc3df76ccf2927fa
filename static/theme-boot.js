// A classic script that blocks the first paint on purpose: a dark page must not flash white before its modules load.
(() => {
  const theme = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem("kernelscope.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
