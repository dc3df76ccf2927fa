import { nameIn } from "../../state/description.js";
import { className, imageText } from "../../state/image.js";
import { layersOf } from "../../state/lanes.js";
import { reach } from "../../draw/maps.js";
import { find, hide, part, write } from "../../base/dom.js";
import { equation } from "../../base/equation.js";
import { placeText, rateText, significant } from "../../base/format.js";
import { unpack } from "../../stream/packed.js";
import { droppedIn, nodesOf, PHASES, probabilitiesOf, stages, standing } from "./stages.js";
import { ConvolutionView } from "./convolution-view.js";
import { PhaseDiagram } from "./diagram.js";
import { FlowView } from "./flow-view.js";
import { follows, movesOf } from "./flow.js";
import { Player } from "./player.js";
import { StudyCard } from "../card.js";
import { causeText } from "../weight/lines.js";

/**
 * One step in six phases: an image passing through the layers, the gradients that its loss sends back, and the update; stopped after
 * each, played slowly, or a whole step or epoch at a time.
 *
 * @typedef {import("../../base/i18n.js").Translator} Translator
 * @typedef {import("../../state/selection.js").Selection} Selection
 * @typedef {import("../../state/store.js").Store} Store
 * @typedef {import("../../base/types.js").Experiment} Experiment
 * @typedef {import("./stages.js").Trace} Trace
 */

const DIGITS = 3;
/** The share of a stage's time in which its results flow, and at most how long. */
const FLOWING = 0.7;
const MOST_MS = 1400;

export class PhasesCard extends StudyCard {
  /** @override */
  kinds = ["trace"];

  /** @param {import("../card.js").Page} page */
  constructor(page) {
    super("phases", page);
    this.send = page.session.send;
    this.image = page.image;
    this.image.onChange(() => this.update());
    const { root } = this;
    this.convolution = new ConvolutionView(part(root, "convolution"), page, () => this.found("trace"));
    this.diagram = new PhaseDiagram(part(root, "rows"), page.translator, page.view);
    this.flow = new FlowView(find(root, "canvas[data-part=flow]", HTMLCanvasElement), this.diagram, page.loop);
    /** The trace that is drawn. @type {Trace | null} */
    this.drawn = null;
    /** Whether the next stage was asked for here. */
    this.asked = false;
    this.player = new Player(
      page.loop,
      () => this.#advance(),
      () => this.#reflect(),
    );
    page.sending.add(({ type }) => this.player.heard(type));
    page.refusals.on("phase", () => {
      this.player.end();
      return false;
    });
    this.sentence = part(root, "sentence");
    this.body = find(root, ".study-body", HTMLElement);
    this.imageName = part(root, "image");
    this.chips = PHASES.map((name) => ({ name, chip: find(root, `[data-phase="${name}"]`, HTMLElement) }));
    this.next = find(root, 'button[value="phase"]', HTMLButtonElement);
    this.play = find(root, 'button[value="play"]', HTMLButtonElement);
    this.pace = find(root, "select[data-part=pace]", HTMLSelectElement);
    this.others = ["step", "epoch"].map((value) => find(root, `button[value="${value}"]`, HTMLButtonElement));
    this.next.addEventListener("click", () => this.#advance());
    find(root, 'button[value="show"]', HTMLButtonElement).addEventListener("click", () => {
      page.view.show({ name: "step" });
      page.tabs.show("kernels");
    });
    this.play.addEventListener("click", () => (this.player.isPlaying ? this.player.end() : this.player.begin()));
    this.pace.addEventListener("change", () => (this.player.pace = Number(this.pace.value)));
    for (const button of this.others) button.addEventListener("click", () => this.send({ type: button.value }));
    for (const [value, by] of /** @type {const} */ ([
      ["previous", -1],
      ["following", 1],
    ])) {
      find(root, `button[value="${value}"]`, HTMLButtonElement).addEventListener("click", () => {
        this.image.turn(by);
      });
    }
    new ResizeObserver(() => this.draw()).observe(this.diagram.root);
  }

  /**
   * @override
   * @param {string} lane
   */
  asks(lane) {
    return [{ kind: "trace", lane, image: this.image.index }];
  }

  /** @override */
  ask() {
    super.ask();
    if (this.subjects.length > 0) return;
    this.player.end();
    this.flow.end();
  }

  /**
   * @override
   * @param {boolean} settable
   */
  offer(settable) {
    super.offer(settable);
    const running = this.store.experiment?.status === "running";
    for (const button of [this.next, this.play, ...this.others]) button.disabled = !settable;
    // Training was started, which replaces playing.
    if (!settable || running) this.player.end();
    if (this.isShown) this.draw();
  }

  /** @override */
  retheme() {
    this.draw();
  }

  /** @override */
  draw() {
    const { root } = this;
    const { experiment, snapshot } = this.store;
    if (!this.isShown || !experiment) return;
    /** @type {Trace | null} */
    const trace = this.found("trace");
    const { index, isUnlabelled } = this.image;
    hide(this.body, isUnlabelled);
    if (isUnlabelled) {
      this.player.end();
      this.flow.end();
      write(this.imageName, imageText(this.translator, "image.name", { index, label: null }, experiment.dataset));
      write(this.sentence, this.text("phases.says.unlabelled"));
      return;
    }
    this.date(trace, trace?.image !== index);
    if (!trace || !snapshot || trace.step > snapshot.step) return;
    // The stage of the trace: the experiment may be a stage ahead of it.
    const now = standing(experiment, snapshot.step, trace.step_under_way?.done ?? 0);
    const { phase, layer } = now;
    root.dataset.phase = phase;
    root.dataset.layer = layer ?? "";
    for (const { name, chip } of this.chips) {
      if (name === phase) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    }
    write(this.imageName, imageText(this.translator, "image.name", { index: trace.image, label: trace.label }, experiment.dataset));
    this.diagram.draw(trace, experiment, now);
    this.#flow(trace, experiment, now);
    this.convolution.draw();
    write(this.sentence, this.#says(trace, experiment, snapshot, phase, layer));
  }

  #advance() {
    this.asked = true;
    this.send({ type: "phase" });
  }

  /** Show whether it is playing. */
  #reflect() {
    const { isPlaying } = this.player;
    this.play.setAttribute("aria-pressed", String(isPlaying));
    write(this.play, this.text(isPlaying ? "phases.pause" : "phases.play"));
  }

  /**
   * A stage that has just been made flows once to where it is shown; then everything rests.
   * @param {Trace} trace
   * @param {Experiment} experiment
   * @param {ReturnType<typeof standing>} stage
   */
  #flow(trace, { layers, dataset, status }, stage) {
    const { drawn } = this;
    if (drawn === trace) return;
    this.drawn = trace;
    this.player.shown();
    const made = status === "paused" && follows(drawn && momentOf(drawn), momentOf(trace), stages(layers).length);
    if (!made) {
      this.flow.end();
      return;
    }
    if (this.asked) this.diagram.follow();
    this.asked = false;
    const { format } = this.translator;
    const probability = probabilitiesOf(trace)?.[trace.label];
    const texts = { softmax: probability === undefined ? "" : `${dataset.classes[trace.label]} ${format.wholePercent(probability)}` };
    const moves = movesOf(nodesOf(layers), stage, Object.keys(trace.last_step?.updates ?? {}));
    this.flow.begin(moves, Math.min(MOST_MS, FLOWING * 1000 * this.player.pace), { before: drawn, trace }, texts);
  }

  /**
   * One plain sentence, with the numbers of this step.
   * @param {Trace} trace
   * @param {Experiment} experiment
   * @param {import("../../stream/protocol.js").SnapshotFrame} snapshot
   * @param {string} phase
   * @param {string | null} layer
   */
  #says(trace, experiment, { step, imagesSeen }, phase, layer) {
    const { text } = this;
    const { format } = this.translator;
    const found = layersOf(experiment, trace.lane).find(({ name }) => name === layer);
    const under = trace.step_under_way;
    const [maps = 0, ...size] = found?.output_shape ?? [];
    const result = { maps: format.count(maps), size: size.join("×") };
    const gradient = layer !== null ? under?.gradients[layer] : undefined;
    const judged = equation([probabilitiesOf(trace)?.[trace.label] ?? NaN], (p) => -Math.log(p), trace.loss ?? NaN, { from: DIGITS });
    const drops = found?.type === "dropout" ? droppedIn(trace, experiment, found.name) : null;
    const values = {
      share: placeText(drops?.share ?? NaN),
      dropped: format.count(drops?.dropped ?? NaN),
      alive: format.count(drops?.alive ?? NaN),
      step: format.count(step),
      epoch: format.epoch(imagesSeen / experiment.dataset.train_size),
      seed: experiment.config.seed,
      parameters: format.count(experiment.layers.reduce((sum, { parameters }) => sum + parameters, 0)),
      layer: nameIn(experiment, trace.lane, layer ?? "", this.translator),
      result: text(size.some((side) => side > 1) ? "phases.result.maps" : "phases.result.numbers", result),
      class: className(trace.label, experiment.dataset.classes),
      probability: judged.terms[0],
      sign: judged.sign,
      loss: judged.result,
      batch: format.loss(under?.batch_loss ?? NaN),
      images: format.count(under?.images ?? NaN),
      weights: gradient ? format.count(gradient.shape.reduce((product, size) => product * size, 1)) : "",
      largest: gradient ? significant(reach(unpack(gradient)), DIGITS) : "",
    };
    if (phase === "update") return this.#updated(trace, experiment);
    if (phase === "start" && experiment.edits > 0) return text("explanation.initial.edited");
    if (phase === "forward") {
      const own = `phases.says.forward.${found?.type}`;
      return text(this.translator.has(own) ? own : "phases.says.forward", values);
    }
    if (phase === "backward") return text(gradient ? "phases.says.backward.weights" : "phases.says.backward", values);
    return text(`phases.says.${phase}`, values);
  }

  /**
   * The last step of the lane: how many of its parameters went which way, and how far.
   * @param {Trace} trace
   * @param {Experiment} experiment
   */
  #updated({ lane: id, last_step: last }, { lanes, config }) {
    const { text } = this;
    const { format } = this.translator;
    const lane = lanes.findIndex((one) => one.id === id);
    if (lanes[lane]?.status === "diverged") return text("phases.says.diverged", { lane: id, step: format.count(lanes[lane].step ?? NaN) });
    if (!last) return "";
    const { optimizer } = config.lanes[lane];
    const at = (/** @type {"learning_rate" | "update_norm" | "weight_norm"} */ name) => this.store.series.at(name, last.step, lane);
    const { against, along, unasked, still } = last;
    const sentences = [
      text("phases.says.update", {
        step: format.count(last.step),
        rate: rateText(at("learning_rate")),
        against: format.count(against),
        parameters: format.count(against + along + unasked + still),
      }),
    ];
    if (along + unasked > 0)
      sentences.push(text("phases.says.otherwise", { n: format.count(along + unasked), cause: causeText(optimizer, this.translator) }));
    if (still > 0) sentences.push(text("phases.says.still", { n: format.count(still) }));
    const [update, length] = [at("update_norm"), at("weight_norm")];
    // A thinned history lacks some steps.
    if (Number.isFinite(update))
      sentences.push(
        text("phases.says.moved", { moved: significant(update, DIGITS), share: `${significant((100 * update) / length, 2)}%` }),
      );
    return this.translator.join("sentences", sentences);
  }
}

/** When a trace was made, and of what. @param {Trace} trace */
function momentOf({ run, lane, image, step, step_under_way: under }) {
  return { run, lane, image, step, done: under?.done ?? 0 };
}
