import assert from "node:assert/strict";
import { test } from "node:test";

import { colourIndices } from "../../static/draw/colormap.js";
import { drawn, isClipped, scaleOf } from "../../static/state/scales.js";
import { decodeMessage } from "../../static/stream/protocol.js";
import { makeFrame } from "./frames.mjs";

/** @typedef {import("../../static/state/scales.js").ScaleKind} ScaleKind */

const SHAPE = [2, 1, 1, 1, 2];
const LANES = [{ limit: 0.5, set_at: 7 }, { limit: 8, set_at: 9 }];

/** A snapshot of two lanes with a kernel of 1 × 2, running or at rest, that has all kinds of scale. @param {boolean} running */
function snapshot(running) {
  /** @param {number[]} exact @param {number[]} levels */
  const tensor = (exact, levels) => ({ dtype: /** @type {"i1" | "f4"} */ (running ? "i1" : "f4"), shape: SHAPE, values: running ? levels : exact });
  const own = { "lanes.params/c.weight": tensor([], [126, -63, 126, 13]), "symlog.grads/c.weight": tensor([], [126, -40, 1, 0]) };
  const frame = makeFrame({
    kind: 2,
    members: {
      run: 1, step: 9, images_seen: 576, steps_per_second: null, lane_steps: [9, 9], time: 1, active_step: null,
      limits: { "params/c.weight": { limit: 0.5, set_at: 7 }, "grads/c.weight": { limit: 0.03, set_at: 2 } },
      lane_limits: { "params/c.weight": LANES },
      symlog_limits: { "grads/c.weight": { limit: 2, linear: 0.0015, set_at: 5 } },
    },
    tensors: {
      "params/c.weight": tensor([0.5, -0.25, 8, 0.8], [126, -63, 127, 127]),
      "grads/c.weight": tensor([2, -0.02, 0.0001, 0], [127, -84, 0, 0]),
      ...(running && own),
    },
  });
  const { snapshot: decoded } = decodeMessage(frame);
  assert.ok(decoded);
  return decoded;
}

/** @param {import("../../static/state/scales.js").Drawn} picture */
function coloursOf({ values, limit, linear }) {
  assert.ok(values);
  const indices = new Uint8Array(values.length);
  colourIndices(values, limit, indices, linear);
  return [...indices].map((index) => index - 127);
}

/** @param {ScaleKind} scale */
const how = (scale) => ({ against: "", scale });

test("each kind of scale draws running levels and exact numbers alike", () => {
  const [running, resting] = [snapshot(true), snapshot(false)];
  for (const [scale, quantity, lane, colours] of /** @type {const} */ ([
    ["shared", "weight", 1, [127, 127]],
    ["lanes", "weight", 0, [126, -63]],
    ["lanes", "weight", 1, [126, 13]],
    ["shared", "gradient", 0, [127, -84]],
    ["symlog", "gradient", 1, [1, 0]],
  ])) {
    assert.deepEqual(coloursOf(drawn(running, "c", quantity, lane, how(scale))), colours, `${scale} ${quantity} ${lane}, running`);
    assert.deepEqual(coloursOf(drawn(resting, "c", quantity, lane, how(scale))), colours, `${scale} ${quantity} ${lane}, at rest`);
  }
});

test("a logarithmic scale tells apart what the shared one clips or fades, with its sign", () => {
  const [end, small] = coloursOf(drawn(snapshot(false), "c", "gradient", 0, how("symlog")));
  assert.equal(end, 126);
  assert.equal(small, -Math.round((126 * Math.log1p(Math.fround(0.02) / 0.0015)) / Math.log1p(2 / 0.0015)));
});

test("what a frame doesn't have on another scale is drawn on the shared one, and says so", () => {
  const frame = snapshot(true);
  assert.equal(scaleOf(frame, "c", "weight", 0, how("symlog")).kind, "shared");
  assert.equal(scaleOf(frame, "c", "gradient", 0, how("lanes")).kind, "shared");
  assert.deepEqual(scaleOf(frame, "c", "weight", 1, how("lanes")), { kind: "lanes", limit: 8, linear: 0, setAt: 9 });
  assert.deepEqual(scaleOf(frame, "d", "weight", 1, how("lanes")), { kind: "shared", limit: 0, linear: 0, setAt: 0 });
});

test("many values beyond the shared scale count as clipped, an outlier does not", () => {
  const levels = new Int8Array(100).fill(50);
  assert.ok(!isClipped(levels.fill(-127, 0, 5), 1));
  assert.ok(isClipped(levels.fill(127, 0, 6), 1));
  assert.ok(isClipped(Float32Array.of(0.1, 2), 1));
  assert.ok(!isClipped(Float32Array.of(0.1, 2), 0) && !isClipped(null, 1));
});
