import assert from "node:assert/strict";
import { test } from "node:test";

import { Following } from "../../static/classroom/following.js";

/**
 * A page with these settings; each remembers what was applied to it, and takes only the texts of its list, if it has one.
 * @param {Record<string, {text: string, known?: string[]}>} settings
 */
function page(settings) {
  /** @type {string[]} */
  const log = [];
  /** @type {Map<any, import("../../static/page/settings.js").Setting>} */
  const all = new Map();
  for (const [name, setting] of Object.entries(settings)) {
    const apply = (/** @type {string} */ text) => {
      log.push(`${name}=${text}`);
      if (setting.known && !setting.known.includes(text)) return false;
      setting.text = text;
      return true;
    };
    all.set(name, { read: () => setting.text, apply });
  }
  return { following: new Following(all), log, settings };
}

test("only what differs is applied, in the order of an address, and what is left out is as usual", () => {
  const { following, log } = page({ cell: { text: "" }, tab: { text: "kernels" }, view: { text: "start" }, at: { text: "7" } });
  following.apply({ cell: "conv1.B.0.0.1.1", tab: "kernels", at: "7" });
  assert.deepEqual(log, ["view=", "cell=conv1.B.0.0.1.1"]);
});

test("a person's own settings are neither followed nor shared", () => {
  const { following, log } = page({ theme: { text: "dark" }, projection: { text: "1" }, speed: { text: "2" }, tab: { text: "step" } });
  assert.deepEqual(following.shared, { tab: "step" });
  following.apply({ theme: "light", tab: "step", nonsense: "1" });
  assert.deepEqual(log, []);
});

test("what isn't there yet is applied later, and what reads otherwise isn't applied twice", () => {
  const { following, log, settings } = page({ cell: { text: "", known: ["conv1.A.0.0.0.0"] }, without: { text: "" } });
  following.apply({ cell: "conv1.B.0.0.0.0", without: "B,A" });
  settings.without.text = "A,B";
  settings.cell.known?.push("conv1.B.0.0.0.0");
  following.apply({ cell: "conv1.B.0.0.0.0", without: "B,A" });
  assert.deepEqual(log, ["without=B,A", "cell=conv1.B.0.0.0.0", "cell=conv1.B.0.0.0.0"]);
});

test("whoever comes back sees again what the teacher shows", () => {
  const { following, settings } = page({ tab: { text: "kernels" } });
  following.apply({ tab: "weight" });
  const shown = following.shown;
  settings.tab.text = "rate";
  assert.notEqual(following.shown, shown);
  following.apply({ tab: "weight" });
  assert.equal(settings.tab.text, "rate", "what was changed by hand stays");
  following.forget();
  following.apply({ tab: "weight" });
  assert.equal(following.shown, shown);
});

test("a setting whose change makes the page follow again is applied once", () => {
  let text = "";
  let times = 0;
  /** @type {Following} */
  const following = new Following(
    new Map([
      [
        "without",
        {
          read: () => text,
          apply(/** @type {string} */ wanted) {
            times += 1;
            following.apply({ without: wanted }); // in between, all lanes are shown
            text = wanted;
            return true;
          },
        },
      ],
    ]),
  );
  following.apply({ without: "C" });
  assert.deepEqual([text, times], ["C", 1]);
  following.apply({});
  assert.deepEqual([text, times], ["", 2]);
});
