import assert from "node:assert/strict";
import { test } from "node:test";

const { imagesOf } = await import("../../static/network/preparing.js");

test("an array of images is taken apart, image by image", () => {
  const levels = Array.from({ length: 2 * 3 * 2 }, (_, index) => 20 * index);
  const images = imagesOf({ shape: [2, 3, 1, 2], data: Buffer.from(levels).toString("base64") });
  assert.deepEqual(
    images.map(({ shape }) => shape),
    [
      [3, 1, 2],
      [3, 1, 2],
    ],
  );
  assert.deepEqual(
    images.flatMap(({ pixels }) => [...pixels].map((value) => Math.round(255 * value))),
    levels,
  );
  assert.deepEqual(imagesOf({ shape: [0, 3, 1, 2], data: "" }), []);
});
