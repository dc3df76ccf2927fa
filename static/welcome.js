/**
 * The page of an address that a person or a program may have opened. Where this script runs and the page is visible there is a
 * person, who is taken to an experiment. A prerendered or background page waits until it is visible.
 */

const form = document.querySelector("form");

function proceed() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", proceed);
  form?.requestSubmit();
}

document.addEventListener("visibilitychange", proceed);
proceed();
