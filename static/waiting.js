/**
 * A page that waits until its address exists: it polls, and reloads only then, so that a reader, or a screen reader, is not
 * interrupted in the meantime.
 */

const INTERVAL_MS = 5000;

async function look() {
  // The server redirects once there is something to show.
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.reload();
  else setTimeout(look, INTERVAL_MS);
}

setTimeout(look, INTERVAL_MS);
