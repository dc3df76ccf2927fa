/**
 * Uses the page in Firefox as a person does: `node drive.mjs <firefox> <address>`. It fails, and says why, where the page
 * does not do what it should, or complains in its console.
 */
import assert from "node:assert/strict";

import puppeteer from "puppeteer-core";

const [executablePath, address] = process.argv.slice(2);
/** Of any one thing that is waited for; machines are slow. */
const timeout = 60_000;

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const stepIs = (least) =>
    page.waitForFunction((step) => Number(document.querySelector("#status-step").dataset.step ?? -1) >= step, {}, least);
  const label = (text) =>
    page.waitForFunction((wanted) => document.querySelector("#start").innerText.trim() === wanted, {}, text);

  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(`${address}/?lang=en`);
  await stepIs(0);
  const colours = await page.$eval('canvas[data-lane="B"][data-layer="conv1"]', (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colours > 30, `the random kernels are not drawn: ${colours} colours`);

  await page.click("#start");
  await label("Pause");
  await stepIs(5);
  await page.click("#start");
  await label("Start");

  await page.waitForSelector("#range-test:not([disabled])");
  await page.click('.lane[data-lane="A"] .lane-menu');
  await page.waitForSelector("#lane-editor[open]");
  await page.click('#lane-editor [value="cancel"]');

  await page.click('.languages a[lang="zh-CN"]');
  await page.waitForSelector('html[lang="zh-CN"]');
  await stepIs(5);
  assert.equal(await page.$eval("#start", (button) => button.innerText.trim()), "开始");
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
