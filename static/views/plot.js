import uPlot from "../vendor/uPlot.esm.js";

import { logTicks, spread } from "./chart-data.js";
import { laneColour, laneDash, resolveColour } from "./lane-style.js";

/**
 * The uPlot of the chart, as this page wants it: lines for the mini-batch, points for the test set, the lane's letter at
 * the end of its line.
 *
 * @typedef {uPlot.AlignedData} AlignedData
 *
 * @typedef {object} PlotOptions
 * @property {string[]} lanes               their letters
 * @property {Set<string>} hidden           those that are not drawn
 * @property {"loss" | "accuracy"} measure
 * @property {"linear" | "log"} scale
 * @property {number} width
 * @property {number} height
 * @property {string} stepLabel
 * @property {(value: number) => string} formatValue
 * @property {(value: number) => string} formatStep
 * @property {() => [number, number]} range  of the vertical axis
 * @property {(step: number | null) => void} onCursor
 */

const LABEL_FONT = '12px system-ui, "Noto Sans CJK SC", sans-serif';
const LETTER_FONT_PX = 12;
const LETTER_ROOM = 18;

/**
 * @param {HTMLElement} target
 * @param {uPlot.AlignedData} data
 * @param {PlotOptions} options
 */
export function createPlot(target, data, options) {
  const { lanes, hidden, measure, scale, width, height, stepLabel, formatStep, formatValue, range, onCursor } = options;
  const log = measure === "loss" && scale === "log";
  const muted = resolveColour("var(--muted)");
  const line = resolveColour("var(--line)");
  const card = resolveColour("var(--card)");
  const colours = lanes.map((id) => resolveColour(laneColour(id)));
  const faint = lanes.map((id) => resolveColour(`color-mix(in srgb, ${laneColour(id)} 40%, transparent)`));
  const axis = {
    stroke: muted,
    font: LABEL_FONT,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width,
      height,
      padding: [8, LETTER_ROOM, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: (_, __, last) => [0, Math.max(10, last ?? 0)] },
        y: { distr: log ? 3 : 1, log: 10, range },
      },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 2,
          label: stepLabel,
          labelFont: LABEL_FONT,
          labelSize: 16,
          labelGap: 0,
          // A half step has no meaning.
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
          space: 56,
          values: (_, splits) => splits.map(formatStep),
        },
        {
          ...axis,
          size: 50,
          gap: 6,
          values: (_, splits) => splits.map((value) => (value === null ? "" : formatValue(value))),
          ...(log ? { splits: (_, __, low, high) => logTicks(low, high), filter: (_, splits) => splits } : { space: 36 }),
        },
      ],
      series: [
        {},
        ...lanes.map((id, lane) => ({
          show: !hidden.has(id),
          stroke: colours[lane],
          width: 1.75,
          dash: laneDash(id),
          points: { show: false },
        })),
        ...lanes.map((id, lane) => ({
          show: !hidden.has(id),
          stroke: faint[lane],
          width: 1,
          points: { show: true, size: 6, width: 1.5, stroke: colours[lane], fill: card, space: 12 },
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            onCursor(left === undefined || left < 0 ? null : Math.round(plot.posToVal(left, "x")));
          },
        ],
        draw: [(plot) => drawLetters(plot, lanes, colours)],
      },
    },
    data,
    target,
  );
}

/**
 * @param {uPlot} plot
 * @param {string[]} lanes
 * @param {string[]} colours
 */
function drawLetters(plot, lanes, colours) {
  const { ctx, bbox, data } = plot;
  const dpr = devicePixelRatio;
  const ends = lanes.flatMap((letter, lane) => {
    const column = /** @type {(number | null | undefined)[]} */ (data[lane + 1] ?? []);
    const value = column.findLast((point) => typeof point === "number");
    return typeof value === "number" && plot.series[lane + 1].show ? [{ letter, lane, y: plot.valToPos(value, "y", true) }] : [];
  });
  const half = (LETTER_FONT_PX * dpr) / 2;
  const places = spread(
    ends.map(({ y }) => y),
    2 * half,
    bbox.top + half,
    bbox.top + bbox.height - half,
  );
  ctx.save();
  ctx.font = `650 ${LETTER_FONT_PX * dpr}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ends.forEach(({ letter, lane }, index) => {
    ctx.fillStyle = colours[lane];
    ctx.fillText(letter, bbox.left + bbox.width + 5 * dpr, places[index]);
  });
  ctx.restore();
}
