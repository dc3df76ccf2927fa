import assert from "node:assert/strict";
import { test } from "node:test";
import { paintAsOf, paintImage } from "../../static/draw/test-image.js";

/** A canvas that keeps what is painted: the red of each pixel. */
function canvas() {
  /** @type {{reds: number[]}} */
  const kept = { reds: [] };
  const context = {
    createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: (/** @type {ImageData} */ { data }) => (kept.reds = [...data].filter((_, at) => at % 4 === 0)),
  };
  return { kept, element: /** @type {any} */ ({ style: {}, getContext: () => context }) };
}

const image = { shape: [1, 1, 3], pixels: Float32Array.from([0, 0.4, 1]) };

test("grey images of one's own are light, and no negatives in a light theme", () => {
  const { kept, element } = canvas();
  paintAsOf({ name: "own:0123456789abcdef" });
  paintImage(element, image);
  assert.deepEqual(kept.reds, [0, 102, 255]);
});

test("whose images they are may be said of each", () => {
  const { kept, element } = canvas();
  paintAsOf({ name: "photos" });
  paintImage(element, image, true);
  assert.deepEqual(kept.reds, [0, 102, 255]);
});
