import { find, write } from "../base/dom.js";
import { rateText } from "../base/format.js";

/**
 * How fast to train and how often to show it. The slider runs in round steps, evenly on a logarithmic scale, from slow
 * motion to as fast as it goes.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Experiment} Experiment
 */

/** Steps per second; null: full speed. @type {(number | null)[]} */
const SPEEDS = [0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, null];
const FRAME_RATES = [10, 30, 60];
/** While the slider is dragged. */
const SEND_INTERVAL_MS = 100;

/**
 * Find the slider's place nearest to a speed.
 * @param {number | null} speed
 */
export function speedStop(speed) {
  if (speed === null) return SPEEDS.length - 1;
  const distances = SPEEDS.map((stop) => (stop === null ? Infinity : Math.abs(Math.log(stop / speed))));
  return distances.indexOf(Math.min(...distances));
}

/**
 * @param {number | null} speed
 * @param {Translator} translator
 */
export function speedText(speed, translator) {
  if (speed === null) return translator.text("pace.full");
  if (speed < 1) return translator.text("pace.slow", { seconds: translator.format.few(1 / speed) });
  return translator.text("pace.steps", { n: rateText(speed) });
}

export class Pace {
  /**
   * @param {Translator} translator
   * @param {(command: Record<string, unknown>) => void} send
   */
  constructor(translator, send) {
    this.translator = translator;
    this.send = send;
    this.speed = find(document, "#speed", HTMLInputElement);
    this.speedLabel = find(document, "#speed-label", HTMLElement);
    this.frameRate = find(document, "#frame-rate", HTMLSelectElement);
    this.speed.max = String(SPEEDS.length - 1);
    this.dragging = false;
    /** The speed requested but not yet in force, and the one last sent. @type {number | null | undefined} */
    this.asked = undefined;
    /** @type {number | null | undefined} */
    this.sent = undefined;
    this.timer = 0;
    /** In force. @type {Pick<Experiment, "steps_per_second" | "frames_per_second">} */
    this.current = { steps_per_second: null, frames_per_second: 30 };
    this.speed.addEventListener("input", () => this.#ask(SPEEDS[this.speed.valueAsNumber]));
    this.speed.addEventListener("pointerdown", () => (this.dragging = true));
    for (const end of ["pointerup", "pointercancel", "blur"]) this.speed.addEventListener(end, () => this.#released());
    this.frameRate.addEventListener("change", () => send({ type: "set_frame_rate", frames_per_second: Number(this.frameRate.value) }));
    this.#reflect();
  }

  /**
   * @param {Experiment | null} experiment
   * @param {boolean} enabled
   */
  update(experiment, enabled) {
    this.speed.disabled = !enabled;
    this.frameRate.disabled = !enabled;
    if (experiment) this.current = experiment;
    if (!enabled || this.asked === this.current.steps_per_second) this.asked = undefined;
    this.#reflect();
  }

  /** Drop a request that the server has refused. */
  refused() {
    this.asked = undefined;
    this.#reflect();
  }

  /** @param {number | null} speed */
  #ask(speed) {
    this.asked = speed;
    this.#show(speed);
    if (this.timer === 0) this.#sendAsked();
  }

  #sendAsked() {
    this.timer = 0;
    if (this.asked === undefined || this.asked === this.sent) {
      this.sent = undefined;
      return;
    }
    this.sent = this.asked;
    this.send({ type: "set_speed", steps_per_second: this.asked });
    this.timer = setTimeout(() => this.#sendAsked(), SEND_INTERVAL_MS);
  }

  #released() {
    this.dragging = false;
    this.#reflect();
  }

  /** Show what is in force, except the speed while it is being changed. */
  #reflect() {
    this.#offer(this.current.frames_per_second);
    if (this.dragging || this.asked !== undefined) return;
    const speed = this.current.steps_per_second;
    this.speed.value = String(speedStop(speed));
    this.#show(speed);
  }

  /** @param {number | null} speed */
  #show(speed) {
    const text = speedText(speed, this.translator);
    write(this.speedLabel, text);
    this.speed.setAttribute("aria-valuetext", text);
  }

  /** @param {number} current frames a second, at most */
  #offer(current) {
    const rates = [...new Set([...FRAME_RATES, current])].sort((a, b) => a - b);
    const known = [...this.frameRate.options].map(({ value }) => Number(value));
    if (String(rates) !== String(known)) {
      const option = (/** @type {number} */ n) => new Option(this.translator.text("pace.frames", { n }), String(n));
      this.frameRate.replaceChildren(...rates.map(option));
    }
    this.frameRate.value = String(current);
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinPace(page) {
  const { store, session, settings, refusals } = page;
  const pace = new Pace(page.translator, session.send);
  page.offer(() => pace.update(store.experiment, page.settable));
  for (const about of ["set_speed", "set_frame_rate"]) {
    refusals.on(about, () => {
      pace.refused();
      return false;
    });
  }
  /** @param {Record<string, unknown>} command @param {string} text a number */
  const ask = (command, text) => {
    const isNumber = Number.isFinite(Number(text));
    if (isNumber && store.audience?.control) session.send(command);
    return isNumber;
  };
  settings.add("speed", {
    read: () => String(store.experiment?.steps_per_second ?? ""),
    apply: (text) => ask({ type: "set_speed", steps_per_second: Number(text) }, text),
  });
  settings.add("fps", {
    read: () => String(store.experiment?.frames_per_second ?? ""),
    apply: (text) => ask({ type: "set_frame_rate", frames_per_second: Number(text) }, text),
  });
}
