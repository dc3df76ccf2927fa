/**
 * Where lines leave their chart: above it, below it, or because a value is not finite. Each place gets a small mark at the edge, with
 * the value that lies farthest out, if there is room for it.
 *
 * @typedef {"above" | "below" | "none"} ExitKind
 *
 * @typedef {object} Exit
 * @property {ExitKind} kind
 * @property {number} place  on the horizontal axis, where the drawn line crosses the edge
 * @property {number} point  the first one that is outside
 * @property {number} value  the one farthest outside until the line comes back; NaN if it is not finite
 *
 * @typedef {(number | null | undefined)[]} Column
 */

/** CSS pixels. */
const SIZE = 8;

/**
 * Find one exit for each time that the line is outside. Pure.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number | null | undefined>} values null: no finite number; undefined: no point of this line
 * @param {[number, number]} range
 * @param {boolean} [log] whether the vertical axis is logarithmic: a value not above 0 is below it
 * @returns {Exit[]}
 */
export function exitsOf(x, values, [low, high], log = false) {
  /** @type {Exit[]} */
  const exits = [];
  // Tolerate float64's rounding error at the edges.
  const [least, most] = [low - 1e-9 * Math.abs(low), high + 1e-9 * Math.abs(high)];
  const height = (/** @type {number} */ value) => (log ? Math.log(value) : value);
  /** @type {ExitKind | null} */
  let before = null;
  let last = -1;
  for (let point = 0; point < values.length; point += 1) {
    const value = values[point];
    if (value === undefined) continue;
    const isNone = value === null || Number.isNaN(value);
    const kind = isNone ? "none" : value > most ? "above" : value < least || (log && value <= 0) ? "below" : null;
    if (kind !== null && kind !== before) {
      const [from, to, edge] = [values[last], value, kind === "above" ? high : low].map((one) => height(one ?? NaN));
      const share = (edge - from) / (to - from);
      const isCrossing = before === null && share > 0 && share < 1;
      const place = isCrossing ? x[last] + share * (x[point] - x[last]) : x[point];
      exits.push({ kind, point, place, value: value ?? NaN });
    } else if (kind === "above" || kind === "below") {
      const exit = exits[exits.length - 1];
      exit.value = Math[kind === "above" ? "max" : "min"](exit.value, value ?? NaN);
    }
    before = kind;
    last = point;
  }
  return exits;
}

/**
 * Let a line continue over places where it was not measured. Pure.
 * @param {ArrayLike<number | null | undefined>} values null there
 * @returns {Column}
 */
export function measured(values) {
  return Array.from(values, (value) => value ?? undefined);
}

/**
 * Draw a triangle that points out of the chart, or a cross for a value that is not finite.
 * @param {import("../vendor/uPlot.esm.js")} plot
 * @param {Exit[]} exits
 * @param {string} colour
 */
export function drawExits({ ctx, bbox, valToPos }, exits, colour) {
  const half = (SIZE / 2) * devicePixelRatio;
  const [top, bottom] = [bbox.top, bbox.top + bbox.height];
  ctx.save();
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([]);
  for (const { kind, place } of exits) {
    const middle = Math.min(Math.max(valToPos(place, "x", true), bbox.left + half), bbox.left + bbox.width - half);
    ctx.beginPath();
    if (kind === "none") {
      ctx.moveTo(middle - half, top);
      ctx.lineTo(middle + half, top + 2 * half);
      ctx.moveTo(middle + half, top);
      ctx.lineTo(middle - half, top + 2 * half);
      ctx.stroke();
      continue;
    }
    const [tip, base] = kind === "above" ? [top, top + 2 * half] : [bottom, bottom - 2 * half];
    ctx.moveTo(middle, tip);
    ctx.lineTo(middle + half, base);
    ctx.lineTo(middle - half, base);
    ctx.fill();
  }
  ctx.restore();
}

/**
 * Write the values beside the marks, the farthest first, where no other is in the way.
 * @param {import("../vendor/uPlot.esm.js")} plot
 * @param {{exits: Exit[], colour: string}[]} lines
 * @param {(value: number) => string} text
 * @param {string} paper colour around the digits, which may lie over other lines
 * @param {number} type the height of the chart's type in CSS pixels
 */
export function drawExitValues({ ctx, bbox, valToPos }, lines, text, paper, type) {
  const dpr = devicePixelRatio;
  ctx.save();
  ctx.font = `${type * dpr}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.strokeStyle = paper;
  ctx.lineWidth = 4 * dpr;
  ctx.lineJoin = "round";
  const labels = lines.flatMap(({ exits, colour }) =>
    exits.flatMap(({ kind, place, value }) => {
      if (kind === "none") return [];
      const label = text(value);
      return [{ kind, value, label, colour, at: valToPos(place, "x", true), width: ctx.measureText(label).width }];
    }),
  );
  const half = (SIZE / 2 + 2) * dpr;
  for (const { label, left, colour } of roomFor(labels, half, bbox.left, bbox.left + bbox.width)) {
    const edge = label.kind === "above" ? bbox.top : bbox.top + bbox.height;
    ctx.textBaseline = label.kind === "above" ? "top" : "bottom";
    ctx.strokeText(label.label, left, edge);
    ctx.fillStyle = colour;
    ctx.fillText(label.label, left, edge);
  }
  ctx.restore();
}

/**
 * Find places for labels beside marks at an edge: to the right or else to the left of their mark. A label that would cover another
 * label, or another mark, is left out. Pure.
 * @template {{kind: ExitKind, value: number, at: number, width: number, colour: string}} Label
 * @param {Label[]} labels
 * @param {number} half the room that a mark takes on either side
 * @param {number} low
 * @param {number} high
 * @returns {{label: Label, left: number, colour: string}[]}
 */
export function roomFor(labels, half, low, high) {
  const farthest = labels.toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value));
  /** @type {{label: Label, left: number, colour: string}[]} */
  const placed = [];
  for (const label of farthest) {
    const { kind, at, width } = label;
    const same = labels.filter((other) => other.kind === kind && other !== label);
    const left = [at + half, at - half - width].find(
      (from) =>
        from >= low &&
        from + width <= high &&
        same.every((other) => other.at + half <= from || other.at - half >= from + width) &&
        placed.every((other) => other.label.kind !== kind || other.left + other.label.width < from || other.left > from + width),
    );
    if (left !== undefined) placed.push({ label, left, colour: label.colour });
  }
  return placed;
}
