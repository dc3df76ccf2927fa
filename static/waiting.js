/**
 * A page that waits for something to be there at its address: it looks by itself, and loads anew only then, so that whoever
 * reads it, or listens to it, is not disturbed meanwhile.
 */

const INTERVAL_MS = 5000;

async function look() {
  // What is there is at another address: the server says so.
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.reload();
  else setTimeout(look, INTERVAL_MS);
}

setTimeout(look, INTERVAL_MS);
