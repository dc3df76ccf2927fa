/**
 * The page of an address that somebody may have opened, or a program: who can run this, and sees the page, is a person, and
 * is taken to an experiment. A page that is only prepared, or opened behind another, waits until it is looked at.
 */

const form = document.querySelector("form");

function proceed() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", proceed);
  form?.requestSubmit();
}

document.addEventListener("visibilitychange", proceed);
proceed();
