import { grey } from "./scaling.js";

/**
 * What is sent to the server (docs/protocol.md, `POST /api/datasets`). Pure.
 *
 * @typedef {object} Taken
 * @property {number} label
 * @property {boolean} tests whether it is for tests only
 * @property {Uint8Array<ArrayBuffer>} image three channels
 *
 * @typedef {object} About
 * @property {string} title
 * @property {string[]} classes
 * @property {number} size
 * @property {boolean} isGrey
 * @property {number} held_out
 * @property {number} seed
 */

/**
 * @param {Taken[]} taken
 * @param {About} about
 * @returns {Blob}
 */
export function packed(taken, { title, classes, size, isGrey, held_out, seed }) {
  // Images for tests are the last ones.
  const all = [...taken.filter(({ tests }) => !tests), ...taken.filter(({ tests }) => tests)];
  const tests = taken.filter((one) => one.tests).length;
  const members = { title, classes, channels: isGrey ? 1 : 3, size, images: all.length, tests, held_out, seed };
  const head = new TextEncoder().encode(JSON.stringify(members));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length, true);
  const pixels = all.map(({ image }) => (isGrey ? /** @type {Uint8Array<ArrayBuffer>} */ (grey(image)) : image));
  return new Blob([length, head, Uint8Array.from(all, ({ label }) => label), ...pixels], { type: "application/octet-stream" });
}
