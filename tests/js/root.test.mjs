import assert from "node:assert/strict";
import { test } from "node:test";

import { fileOf, fromRoot } from "../../static/base/root.js";

test("addresses lead from the page to the root, and on from there", () => {
  const dataset = { root: "../../", static: "../../static/1f/" };
  Object.assign(globalThis, {
    location: { href: "https://hub.example/user/jo/proxy/8000/e/x/learn?seed=3" },
    document: { documentElement: { dataset } },
  });
  const root = "https://hub.example/user/jo/proxy/8000/";
  assert.equal(fromRoot(""), root);
  assert.equal(fromRoot("w/y?hide=reset,seed"), `${root}w/y?hide=reset,seed`);
  assert.equal(fromRoot("?net=conv8x5:pad2&seed=3"), `${root}?net=conv8x5:pad2&seed=3`);
  assert.equal(fileOf("locales/en.json"), `${root}static/1f/locales/en.json`);
  dataset.root = "/";
  assert.equal(fromRoot("docs"), "https://hub.example/docs");
});
