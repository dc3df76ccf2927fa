// A classic script that blocks the first paint on purpose: a dark page must not flash white before its modules load.
(() => {
  const kept = () => {
    try {
      return localStorage.getItem("kernelscope.theme");
    } catch {
      return null; // storage is blocked in this browser
    }
  };
  const theme = new URLSearchParams(location.search).get("theme") ?? kept();
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
