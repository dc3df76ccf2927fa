import { find, hide, part, write } from "../base/dom.js";
import { fieldText } from "../base/format.js";
import { beginsAnew, moved, replaced, withCopy, without } from "../state/lanes.js";
import { parseRate } from "./rate.js";

/**
 * The dialog of a lane's settings: its name, rate, optimizer and schedule, and what else can be done with a whole lane. It stays open
 * until the server has done what was asked, and shows a refusal.
 *
 * @typedef {import("../base/types.js").LaneConfig} LaneConfig
 * @typedef {import("../state/lanes.js").WantedLane} WantedLane
 */

/** The settings behind each entry of the optimizer menu. @type {Record<string, Record<string, unknown>>} */
const OPTIMIZERS = {
  sgd: { type: "sgd" },
  momentum: { type: "sgd", momentum: 0.9 },
  nesterov: { type: "sgd", momentum: 0.9, nesterov: true },
  adam: { type: "adam" },
  adamw: { type: "adamw" },
};
/** The fields that belong to each kind of schedule. @type {Record<string, string[]>} */
const SCHEDULES = { constant: [], step: ["every", "factor"], cosine: ["steps", "final"] };

/** The standard deviation offered for small random weights. */
const SMALL = 0.02;

/** @param {LaneConfig["optimizer"]} optimizer */
export function optimizerKind({ type, momentum, nesterov }) {
  if (type !== "sgd") return type;
  return nesterov ? "nesterov" : momentum ? "momentum" : "sgd";
}

export class LaneEditor {
  /** @param {import("../page/page.js").Page} page */
  constructor({ store, translator, session, shownLanes, refusals }) {
    this.translator = translator;
    this.session = session;
    this.dialog = find(document, "#lane-editor", HTMLDialogElement);
    this.form = find(this.dialog, "form", HTMLFormElement);
    this.title = part(this.dialog, "title");
    this.warning = part(this.dialog, "warning");
    this.error = part(this.dialog, "error");
    this.apply = find(this.dialog, '[value="apply"]', HTMLButtonElement);
    /** The experiment's present lanes. @type {LaneConfig[]} */
    this.lanes = [];
    /** The batch that they share. */
    this.batch = 1;
    this.id = "";
    /**
     * The values put into the fields: a text that is left unchanged keeps its value to the last bit.
     * @type {Map<string, {text: string, value: number}>}
     */
    this.given = new Map();
    /** Whether a request is pending. */
    this.asked = false;
    this.form.addEventListener("input", () => this.#reflect());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    this.#on("duplicate", () => this.#ask(withCopy(this.lanes, this.id)));
    this.#on("left", () => this.#ask(moved(this.lanes, this.id, -1)));
    this.#on("right", () => this.#ask(moved(this.lanes, this.id, 1)));
    this.#on("remove", () => this.#ask(without(this.lanes, this.id)));
    this.#on("hide", () => {
      shownLanes.hide(this.id);
      this.dialog.close();
    });
    this.#on("cancel", () => this.dialog.close());
    const update = () => {
      this.batch = store.experiment?.config.batch_size ?? 1;
      this.update(store.experiment?.config.lanes ?? []);
    };
    store.on("experiment", update);
    update();
    refusals.on("set_lanes", (message) => this.refused(message));
  }

  /** @param {string} id of the lane */
  open(id) {
    const lane = this.lanes.find((one) => one.id === id);
    if (!lane) return;
    this.id = id;
    this.asked = false;
    write(this.title, this.translator.text("lane.label", { lane: id }));
    const place = this.lanes.indexOf(lane);
    this.#button("left").disabled = place === 0;
    this.#button("right").disabled = place === this.lanes.length - 1;
    this.#button("duplicate").disabled = this.lanes.length >= 8;
    this.#button("remove").disabled = this.lanes.length === 1;
    this.#field("name").value = lane.name;
    this.given.clear();
    this.#put("rate", lane.learning_rate);
    this.#select("optimizer").value = optimizerKind(lane.optimizer);
    this.#put("momentum", lane.optimizer.momentum || 0.9);
    this.#put("weight_decay", lane.optimizer.weight_decay ?? 0);
    this.#select("init").value = lane.init?.type ?? "";
    this.#put("std", lane.init?.std ?? SMALL);
    this.#select("activation").value = lane.activation ?? "";
    this.#put("batch", lane.batch ?? this.batch);
    const schedule = /** @type {Record<string, number | string>} */ ({ ...lane.schedule });
    this.#select("schedule").value = lane.schedule.type;
    this.#put("warm_up", lane.schedule.warm_up);
    for (const name of Object.values(SCHEDULES).flat()) {
      this.#put(name, Number(schedule[name] ?? this.#field(name).defaultValue));
    }
    this.#reflect();
    this.dialog.showModal();
  }

  /** @param {LaneConfig[]} lanes the present ones, from the server */
  update(lanes) {
    this.lanes = lanes;
    if (this.dialog.open && (this.asked || !lanes.some(({ id }) => id === this.id))) this.#leave();
    this.asked = false;
  }

  /** Close the dialog and give back the focus: if lanes have come or gone, the button that opened it is a new element. */
  #leave() {
    this.dialog.close();
    const opener = document.querySelector(`.lane[data-lane="${this.id}"] .lane-menu`) ?? document.querySelector(".lane-menu");
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  }

  /**
   * @param {string} message why the server refuses
   * @returns {boolean} whether a request was pending
   */
  refused(message) {
    if (!this.asked) return false;
    this.asked = false;
    write(this.error, this.translator.text("lane.rate.refused", { message }));
    return true;
  }

  /** Show the fields that apply, and say what will happen. */
  #reflect() {
    const optimizer = this.#select("optimizer").value;
    const schedule = this.#select("schedule").value;
    hide(part(this.dialog, "std"), this.#select("init").value !== "gaussian");
    hide(part(this.dialog, "momentum"), optimizer !== "momentum" && optimizer !== "nesterov");
    for (const [kind, names] of Object.entries(SCHEDULES)) {
      for (const name of names) hide(part(this.dialog, name), kind !== schedule);
    }
    const before = this.lanes.find((lane) => lane.id === this.id);
    const restarts = before !== undefined && beginsAnew(before, this.#wanted(before));
    hide(this.warning, !restarts);
    write(this.apply, this.translator.text(restarts ? "editor.restart" : "editor.apply"));
    write(this.error, "");
  }

  #apply() {
    const before = this.lanes.find((lane) => lane.id === this.id);
    if (!before) return;
    const wanted = this.#wanted(before);
    const numbers = [
      wanted.learning_rate,
      wanted.batch,
      wanted.init?.std,
      ...Object.values(wanted.optimizer),
      ...Object.values(wanted.schedule),
    ];
    if (numbers.some((value) => typeof value === "number" && !Number.isFinite(value))) {
      write(this.error, this.translator.text("lane.rate.no_number"));
    } else {
      this.#ask(replaced(this.lanes, wanted));
    }
  }

  /**
   * The lane as the fields have it; all other settings stay.
   * @param {LaneConfig} before
   * @returns {LaneConfig}
   */
  #wanted(before) {
    const kind = this.#select("optimizer").value;
    const same = kind === optimizerKind(before.optimizer);
    const optimizer = /** @type {LaneConfig["optimizer"]} */ (same ? { ...before.optimizer } : { ...defaults(kind), ...OPTIMIZERS[kind] });
    if (optimizer.momentum) optimizer.momentum = this.#number("momentum");
    optimizer.weight_decay = this.#number("weight_decay");
    const init = this.#select("init").value;
    const batch = this.#number("batch");
    const type = this.#select("schedule").value;
    const numbers = Object.fromEntries(["warm_up", ...SCHEDULES[type]].map((name) => [name, this.#number(name)]));
    return {
      id: before.id,
      name: this.#field("name").value.trim(),
      learning_rate: this.#number("rate"),
      optimizer,
      schedule: /** @type {LaneConfig["schedule"]} */ ({ type, ...numbers }),
      init:
        init === ""
          ? null
          : /** @type {LaneConfig["init"]} */ (init === "he" ? { type: "he" } : { type: "gaussian", std: this.#number("std") }),
      activation: /** @type {LaneConfig["activation"]} */ (this.#select("activation").value || null),
      // All of the batch that is shared goes without saying.
      batch: batch === this.batch ? before.batch && batch : batch,
    };
  }

  /** @param {WantedLane[]} lanes */
  #ask(lanes) {
    this.asked = true;
    this.session.send({ type: "set_lanes", lanes });
  }

  /**
   * @param {string} value of the button
   * @param {() => void} act
   */
  #on(value, act) {
    this.#button(value).addEventListener("click", act);
  }

  /** @param {string} value */
  #button(value) {
    return find(this.dialog, `button[value="${value}"]`, HTMLButtonElement);
  }

  /** @param {string} name */
  #field(name) {
    return find(this.dialog, `input[name="${name}"]`, HTMLInputElement);
  }

  /** @param {string} name */
  #select(name) {
    return find(this.dialog, `select[name="${name}"]`, HTMLSelectElement);
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  #put(name, value) {
    const text = (this.#field(name).value = fieldText(value));
    this.given.set(name, { text, value });
  }

  /** @param {string} name */
  #number(name) {
    const { value } = this.#field(name);
    const given = this.given.get(name);
    return given?.text === value ? given.value : parseRate(value);
  }
}

/**
 * All settings of an optimizer of this kind, so that two can be compared.
 * @param {string} kind
 */
function defaults(kind) {
  if (kind.startsWith("adam")) return { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 };
  return { momentum: 0, weight_decay: 0, nesterov: false };
}
