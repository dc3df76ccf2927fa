import { readdirSync } from "node:fs";

// One process for all files: a process for each takes four times as long as the tests themselves.
for (const name of readdirSync(new URL(".", import.meta.url)).sort()) {
  if (name.endsWith(".test.mjs")) await import(`./${name}`);
}
