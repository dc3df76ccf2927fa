import { find, part, write } from "../base/dom.js";
import { equation } from "../base/equation.js";
import { rateText } from "../base/format.js";
import { probabilitiesOf } from "../studies/phases/stages.js";
import { imagesOf } from "../charts/axis.js";
import { ChartPoints, tableOf } from "../charts/data.js";
import { fittedLanes, valueRange } from "../charts/scale.js";
import { factAbout } from "../board/lane-figures.js";
import { laneColour, laneDash, ofLane } from "../draw/lane-style.js";
import { cosineText } from "../studies/lens/reading.js";
import { roundPlaces } from "../studies/line/reading.js";
import { MEASURES } from "../charts/measures.js";
import { StudyPlot } from "../studies/plot.js";
import { kernelOf } from "../state/selection.js";
import { Figure } from "./figure.js";

/** Figures of the run: losses, batches, epochs, rates. */

const MOST_POINTS = 150;
const MOST_PLACES = 4;
const DIGITS = 3;
/** Of mini-batches alone. */
const LOSS = { ...MEASURES.loss, test: null };

/** The loss of every mini-batch, in some lanes or all. */
class CurveFigure extends Figure {
  points = new ChartPoints(MOST_POINTS);
  /** @type {StudyPlot | null} */
  plot = null;

  /** @param {number[]} shown lanes */
  curves(shown) {
    const { series, experiment } = this.store;
    if (!experiment || series.lastStep === 0) {
      this.say("curve", null);
      return;
    }
    const { format } = this.translator;
    const { stretch, lines, points } = this.points.collect(series, LOSS);
    const known = shown.filter((lane) => lane < series.lanes);
    const data = { lines: known.map((lane) => lines[lane]), points: known.map((lane) => points[lane]) };
    const fitted = fittedLanes(known.map((lane) => experiment.lanes[lane]));
    this.plot ??= new StudyPlot(this.part("curve"), { rows: 0 });
    this.plot.draw({
      data: tableOf(data.lines),
      curves: known.map((lane) => ({
        colour: laneColour(experiment.lanes[lane].id),
        width: 1.5,
        dash: laneDash(experiment.lanes[lane].id),
      })),
      x: [0, Math.max(1, series.lastStep)],
      y: valueRange(data, fitted, "linear"),
      axes: [{ places: (_, end) => roundPlaces(end, MOST_PLACES, 1), text: format.count, label: this.translator.text("chart.axis.step") }],
      marks: [],
      broken: true,
    });
    this.say("curve", { n: format.count(stretch) });
  }

  /** @override */
  retheme() {
    this.plot?.retheme();
  }
}

/** −log p of an image, and the mean of a mini-batch. */
export class LossFigure extends CurveFigure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "trace", "scalars"];

  /** @override */
  subjects() {
    return this.ofTrace;
  }

  /** @override */
  draw() {
    const { store, translator } = this;
    const { index, id } = this.lane;
    const { experiment, series } = store;
    if (!experiment || id === null) return;
    /** @type {import("../studies/phases/stages.js").Trace | null} */
    const trace = this.found("trace");
    const probability = trace && probabilitiesOf(trace)?.[trace.label];
    const judged =
      trace && trace.loss !== null && typeof probability === "number"
        ? equation([probability], (p) => -Math.log(p), trace.loss, { from: DIGITS })
        : null;
    this.say(
      "image",
      trace && judged
        ? {
            lane: trace.lane,
            step: translator.format.count(trace.step),
            class: experiment.dataset.classes[trace.label],
            probability: judged.terms[0],
            sign: judged.sign,
            loss: judged.result,
          }
        : null,
    );
    const last = lastStepOf(experiment.lanes[index], series);
    const loss = series.at("loss", last, index);
    this.say(
      "batch",
      last === 0 || Number.isNaN(loss)
        ? null
        : {
            lane: id,
            step: translator.format.count(last),
            images: translator.format.count(imagesOf(last, sizesOf(experiment))),
            loss: translator.format.loss(loss),
          },
    );
    this.curves([index]);
  }
}

/** The lanes, their rates, and the verdicts on these. */
export class RatesFigure extends CurveFigure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "scalars"];
  structure = "";
  /** @type {HTMLElement[]} */
  rows = [];

  /** @override */
  draw() {
    const { experiment, series } = this.store;
    if (!experiment) return;
    const ids = experiment.lanes.map(({ id }) => id);
    if (ids.join() !== this.structure) {
      this.structure = ids.join();
      this.rows = ids.map((id) => ofLane("row-template", id));
      this.part("lanes").replaceChildren(...this.rows);
    }
    experiment.lanes.forEach((lane, index) => {
      const row = this.rows[index];
      write(part(row, "letter"), `${lane.id} · ${rateText(lane.learning_rate)}`);
      const last = lastStepOf(lane, series);
      const loss = last === 0 ? NaN : series.at("loss", last, index);
      write(part(row, "first"), Number.isNaN(loss) ? "–" : this.translator.format.loss(loss));
      write(part(row, "second"), factAbout(lane, index, series, this.translator));
    });
    this.curves(experiment.lanes.map((_, index) => index));
  }
}

/** How close the gradient of more and more images comes to that of many. */
export class BatchesFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "lens"];
  structure = "";

  /** @override */
  subjects() {
    const { current } = this.selection;
    const { id } = this.lane;
    return current && id !== null ? [{ kind: "lens", lane: id, kernel: kernelOf(current) }] : [];
  }

  /**
   * Accept a finding about any kernel: the figure shows the whole gradient.
   * @override
   * @param {import("../state/store.js").Finding} found
   */
  isAbout(found) {
    return found.lane === this.lane.id;
  }

  /** @override */
  draw() {
    const { experiment } = this.store;
    if (!experiment) return;
    const { format } = this.translator;
    this.say("batch", batchesOf(experiment, format));
    /** @type {import("../studies/lens/reading.js").BatchLens | null} */
    const lens = this.found("lens");
    this.say("where", lens && { lane: lens.lane, step: format.count(lens.step), large: format.count(lens.counts.at(-1) ?? 0) });
    if (!lens) return;
    const list = this.part("counts");
    if (lens.counts.join() !== this.structure) {
      this.structure = lens.counts.join();
      list.replaceChildren(
        ...lens.counts.flatMap((count) => {
          const [name, value] = [document.createElement("dt"), document.createElement("dd")];
          name.textContent = format.count(count);
          value.append(document.createElement("span"), document.createElement("b"));
          return [name, value];
        }),
      );
    }
    list.querySelectorAll("dd").forEach((row, index) => {
      const [bar, number] = [find(row, "span", HTMLElement), find(row, "b", HTMLElement)];
      bar.style.inlineSize = `${100 * Math.max(0, lens.cosines[index] ?? 0)}%`;
      write(number, cosineText(lens.cosines[index]));
    });
  }
}

/** Steps × images: how often the training set has been seen. */
export class EpochFigure extends Figure {
  /** @override @type {import("../state/store.js").Topic[]} */
  topics = ["experiment", "run", "snapshot"];

  /** @override */
  draw() {
    const { experiment, snapshot } = this.store;
    if (!experiment || !snapshot) return;
    const { format } = this.translator;
    const { train_size: size } = experiment.dataset;
    const seen = snapshot.imagesSeen / size;
    find(this.root, "progress", HTMLProgressElement).value = seen - Math.floor(seen);
    this.say("where", {
      step: format.count(snapshot.step),
      images: format.count(snapshot.imagesSeen),
      size: format.count(size),
      epoch: format.epoch(seen),
      ...batchesOf(experiment, format),
    });
  }
}

/**
 * The last step of a lane: one that has diverged makes no further step.
 * @param {import("../base/types.js").Lane} lane
 * @param {import("../stream/series.js").Series} series
 */
function lastStepOf({ status, step }, { lastStep }) {
  return status === "diverged" ? Math.min(step ?? Infinity, lastStep) : lastStep;
}

/** @param {import("../base/types.js").Experiment} experiment */
function sizesOf({ dataset, config }) {
  return { train: dataset.train_size, batch: config.batch_size };
}

/**
 * The steps of an epoch, the images of each, and those of the last, which may be fewer.
 * @param {import("../base/types.js").Experiment} experiment
 * @param {import("../base/format.js").NumberFormats} format
 */
function batchesOf(experiment, format) {
  const sizes = sizesOf(experiment);
  const steps = Math.ceil(sizes.train / sizes.batch);
  return { steps: format.count(steps), batch: format.count(sizes.batch), last: format.count(imagesOf(steps, sizes)) };
}
