import uPlot from "../vendor/uPlot.esm.js";

import { logTicks, spread } from "./scale.js";
import { drawExits, drawExitValues } from "./exits.js";
import { lonePoints } from "./lone.js";
import { chartType, laneColour, laneDash, resolveColour } from "../draw/lane-style.js";

/**
 * The uPlot of a chart: lines for the mini-batch, points for the test set, the lane's letter at the end of its line.
 *
 * @typedef {uPlot.AlignedData} AlignedData
 *
 * @typedef {object} PlotOptions
 * @property {string[]} lanes               their letters
 * @property {Set<string>} hidden           those that are not drawn
 * @property {boolean} log                  of the vertical axis
 * @property {boolean} logX
 * @property {boolean} smoothed             lines have a running mean in front of them
 * @property {boolean} loose                points are what the line is made from, and not joined
 * @property {number | null} reference      a value at which a horizontal line is drawn
 * @property {boolean} wholeX               the axis has whole numbers only
 * @property {boolean} labelled             whether the horizontal axis has labels
 * @property {number} width
 * @property {number} height
 * @property {string} xLabel
 * @property {(value: number) => string} formatValue
 * @property {(value: number) => string} formatX
 * @property {() => [number, number]} range  of the vertical axis
 * @property {() => [number, number]} rangeX of the horizontal axis
 * @property {() => import("./exits.js").Exit[][]} exits  of the lanes: where their lines leave the picture
 * @property {(value: number) => string} exitText
 * @property {() => PaleLine[]} behind       the previous run's
 * @property {(place: number | null) => void} onCursor
 *
 * @typedef {{lane: string, x: number[], values: import("./data.js").Column}} PaleLine
 */

const FAMILY = 'system-ui, "Noto Sans CJK SC", sans-serif';

/**
 * @param {HTMLElement} target
 * @param {uPlot.AlignedData} data
 * @param {PlotOptions} options
 */
export function createPlot(target, data, options) {
  const { lanes, hidden, log, logX, smoothed, loose, reference, wholeX, labelled, width, height, xLabel } = options;
  const { formatX, formatValue, range, rangeX, exits, exitText, behind, onCursor } = options;
  const type = chartType();
  const font = `${type}px ${FAMILY}`;
  const muted = resolveColour("var(--muted)");
  const line = resolveColour("var(--line)");
  const card = resolveColour("var(--card)");
  const colours = lanes.map((id) => resolveColour(laneColour(id)));
  const faint = lanes.map((id) => resolveColour(`color-mix(in srgb, ${laneColour(id)} 40%, transparent)`));
  const pale = Object.fromEntries(lanes.map((id, lane) => [id, { colour: faint[lane], dash: laneDash(id) }]));
  const lone = {
    show: false,
    size: 4,
    width: 0,
    filter: (/** @type {uPlot} */ plot, /** @type {number} */ index) => lonePoints(plot.data[index]),
  };
  const axis = {
    stroke: muted,
    font,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width,
      height,
      padding: [Math.max(8, 0.6 * type), 1.5 * type, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, distr: logX ? 3 : 1, log: 10, range: rangeX },
        y: { distr: log ? 3 : 1, log: 10, range },
      },
      axes: [
        {
          ...axis,
          size: labelled ? 2 * type : 6,
          gap: 2,
          ...(labelled && { label: xLabel }),
          labelFont: font,
          labelSize: (4 / 3) * type,
          labelGap: 0,
          // Half a step is meaningless.
          incrs: [
            ...(wholeX ? [] : [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]),
            1,
            2,
            5,
            10,
            20,
            50,
            100,
            200,
            500,
            1e3,
            2e3,
            5e3,
            1e4,
            2e4,
            5e4,
            1e5,
            2e5,
            5e5,
            1e6,
            2e6,
            5e6,
            1e7,
            1e8,
          ],
          space: 4.7 * type,
          values: (_, splits) => splits.map((place) => (labelled && place !== null ? formatX(place) : "")),
          ...(logX && {
            splits: (_, __, low, high) => logTicks(low, high).filter((place) => !wholeX || Number.isInteger(place)),
            filter: (_, splits) => splits,
          }),
        },
        {
          ...axis,
          size: 4.2 * type,
          gap: 0.5 * type,
          values: (_, splits) => splits.map((value) => (value === null ? "" : formatValue(value))),
          ...(log ? { splits: (_, __, low, high) => logTicks(low, high), filter: (_, splits) => splits } : { space: 3 * type }),
        },
      ],
      series: [
        {},
        ...lanes.map((id, lane) => ({
          show: !hidden.has(id),
          stroke: smoothed ? faint[lane] : colours[lane],
          width: smoothed ? 1 : 1.75,
          ...(!smoothed && { dash: laneDash(id) }),
          points: { ...lone, fill: smoothed ? faint[lane] : colours[lane] },
        })),
        ...(smoothed ? lanes : []).map((id) => ({
          show: !hidden.has(id),
          stroke: colours[lanes.indexOf(id)],
          width: 1.75,
          dash: laneDash(id),
          points: { ...lone, fill: colours[lanes.indexOf(id)] },
        })),
        ...lanes.map((id, lane) => ({
          show: !hidden.has(id),
          stroke: faint[lane],
          width: loose ? 0 : 1,
          points: { show: true, size: loose ? 4 : 6, width: loose ? 1 : 1.5, stroke: colours[lane], fill: card, space: 12 },
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            onCursor(left === undefined || left < 0 ? null : plot.posToVal(left, "x"));
          },
        ],
        drawAxes: [(plot) => drawBehind(plot, behind(), pale)],
        draw: [
          (plot) => {
            if (reference !== null) drawReference(plot, reference, muted);
            // If the lanes have just changed, these may still belong to the previous ones.
            const seen = exits().flatMap((marks, lane) => (plot.series[lane + 1]?.show ? [{ exits: marks, colour: colours[lane] }] : []));
            for (const { exits: marks, colour } of seen) drawExits(plot, marks, colour);
            drawExitValues(plot, seen, exitText, card, type);
            drawLetters(plot, lanes, colours, type);
          },
        ],
      },
    },
    data,
    target,
  );
}

/**
 * @param {uPlot} plot
 * @param {PaleLine[]} lines
 * @param {Record<string, {colour: string, dash: number[] | undefined}>} styles by lane
 */
function drawBehind({ ctx, bbox, valToPos }, lines, styles) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = devicePixelRatio;
  for (const { lane, x, values } of lines) {
    const { colour, dash } = styles[lane];
    ctx.strokeStyle = colour;
    ctx.setLineDash((dash ?? []).map((length) => length * devicePixelRatio));
    ctx.beginPath();
    let pen = false;
    values.forEach((value, point) => {
      if (value === undefined) return;
      if (value === null) {
        pen = false;
        return;
      }
      const [left, top] = [valToPos(x[point], "x", true), valToPos(value, "y", true)];
      if (pen) ctx.lineTo(left, top);
      else ctx.moveTo(left, top);
      pen = true;
    });
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {number} value
 * @param {string} colour
 */
function drawReference(plot, value, colour) {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(value, "y", true));
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {string[]} lanes
 * @param {string[]} colours
 * @param {number} type their height in CSS pixels
 */
function drawLetters(plot, lanes, colours, type) {
  const { ctx, bbox, data } = plot;
  const dpr = devicePixelRatio;
  const ends = lanes.flatMap((letter, lane) => {
    const column = /** @type {(number | null | undefined)[]} */ (data[lane + 1] ?? []);
    const value = column.findLast((point) => typeof point === "number");
    return typeof value === "number" && plot.series[lane + 1].show ? [{ letter, lane, y: plot.valToPos(value, "y", true) }] : [];
  });
  const half = (type * dpr) / 2;
  const places = spread(
    ends.map(({ y }) => y),
    2 * half,
    bbox.top + half,
    bbox.top + bbox.height - half,
  );
  ctx.save();
  ctx.font = `650 ${type * dpr}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ends.forEach(({ letter, lane }, index) => {
    ctx.fillStyle = colours[lane];
    ctx.fillText(letter, bbox.left + bbox.width + 5 * dpr, places[index]);
  });
  ctx.restore();
}
