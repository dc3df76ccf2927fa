import uPlot from "../vendor/uPlot.esm.js";

import { logTicks, spread } from "./scale.js";
import { drawDots, drawLine, pixels, within } from "./curves.js";
import { drawExits, drawExitValues } from "./exits.js";
import { chartType, laneColour, laneDash, resolveColour } from "../draw/lane-style.js";

/**
 * The uPlot of a chart, which has the axes and the cursor; and in them lines for the mini-batch, points for the test set, the lane's
 * letter at the end of its line.
 *
 * @typedef {import("./curves.js").Drawn} Drawn
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
 * @property {() => Drawn} drawn             if the lanes have just changed, it may still belong to the previous ones
 * @property {(value: number) => string} exitText
 * @property {(place: number | null) => void} onCursor
 */

/** uPlot's own data: the ranges of the axes don't depend on it, and it draws nothing of it. @type {uPlot.AlignedData} */
export const CORNERS = [
  [0, 1],
  [0, 1],
];
const [SMALL, LARGE] = [
  { size: 4, width: 1 },
  { size: 6, width: 1.5 },
];
const FAMILY = 'system-ui, "Noto Sans CJK SC", sans-serif';

/**
 * @param {HTMLElement} target
 * @param {PlotOptions} options
 */
export function createPlot(target, options) {
  const { lanes, hidden, log, logX, smoothed, loose, reference, wholeX, labelled, width, height, xLabel } = options;
  const { formatX, formatValue, range, rangeX, drawn, exitText, onCursor } = options;
  const type = chartType();
  const font = `${type}px ${FAMILY}`;
  const muted = resolveColour("var(--muted)");
  const line = resolveColour("var(--line)");
  const card = resolveColour("var(--card)");
  const colours = lanes.map((id) => resolveColour(laneColour(id)));
  const faint = lanes.map((id) => resolveColour(`color-mix(in srgb, ${laneColour(id)} 40%, transparent)`));
  const dashes = lanes.map(laneDash);
  const shown = lanes.flatMap((id, lane) => (hidden.has(id) ? [] : [lane]));
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
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            onCursor(left === undefined || left < 0 ? null : plot.posToVal(left, "x"));
          },
        ],
        draw: [
          (plot) => {
            const { lines, means, points, exits, behind } = drawn();
            within(plot, () => {
              for (const { lane, ...line } of behind) {
                const at = lanes.indexOf(lane);
                if (shown.includes(at)) drawLine(plot, line, { colour: faint[at], width: 1, dash: dashes[at] });
              }
              for (const lane of shown) {
                const stroke = smoothed ? { colour: faint[lane], width: 1 } : { colour: colours[lane], width: 1.75, dash: dashes[lane] };
                if (lines[lane]) drawLine(plot, lines[lane], stroke);
              }
              for (const lane of shown) {
                if (means[lane]) drawLine(plot, means[lane], { colour: colours[lane], width: 1.75, dash: dashes[lane] });
              }
              if (loose) return;
              for (const lane of shown) if (points[lane]) drawLine(plot, points[lane], { colour: faint[lane], width: 1 });
            });
            const dots = loose ? SMALL : LARGE;
            const drawAll = () => {
              for (const lane of shown) if (points[lane]) drawDots(plot, points[lane], { ...dots, stroke: colours[lane], fill: card });
            };
            within(plot, drawAll, dots.size / 2);
            if (reference !== null) drawReference(plot, reference, muted);
            const seen = shown.flatMap((lane) => (exits[lane] ? [{ exits: exits[lane], colour: colours[lane] }] : []));
            for (const { exits: marks, colour } of seen) drawExits(plot, marks, colour);
            drawExitValues(plot, seen, exitText, card, type);
            const ends = shown.map((lane) => ({ letter: lanes[lane], colour: colours[lane], line: lines[lane] }));
            drawLetters(plot, ends, type);
          },
        ],
      },
    },
    CORNERS,
    target,
  );
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
 * Write each lane's letter beside the last point of its line.
 * @param {uPlot} plot
 * @param {{letter: string, colour: string, line: import("./curves.js").Placed | undefined}[]} lanes
 * @param {number} type their height in CSS pixels
 */
function drawLetters(plot, lanes, type) {
  const { ctx, bbox } = plot;
  const dpr = devicePixelRatio;
  const up = pixels(plot, "y");
  const ends = lanes.flatMap(({ letter, colour, line }) => {
    let y = NaN;
    for (let point = (line?.places.length ?? 0) - 1; point >= 0 && Number.isNaN(y); point -= 1) y = up(line?.values[point] ?? null);
    return Number.isNaN(y) ? [] : [{ letter, colour, y }];
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
  ends.forEach(({ letter, colour }, index) => {
    ctx.fillStyle = colour;
    ctx.fillText(letter, bbox.left + bbox.width + 5 * dpr, places[index]);
  });
  ctx.restore();
}
