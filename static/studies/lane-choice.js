/**
 * The choice of the lane that a study is about: that of the selected kernel, unless one is picked.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Lane} Lane
 */

/**
 * @param {string[]} lanes
 * @param {string} picked  empty: none
 * @param {number} selected index of the lane of the selected kernel
 * @returns {string | null}
 */
export function chosenLane(lanes, picked, selected) {
  return lanes.includes(picked) ? picked : (lanes[selected] ?? lanes[0] ?? null);
}

export class LaneChoice {
  /**
   * @param {HTMLSelectElement} select
   * @param {Translator} translator
   * @param {() => void} onChoice
   */
  constructor(select, translator, onChoice) {
    this.select = select;
    this.translator = translator;
    /** @type {string[]} */
    this.lanes = [];
    this.selected = 0;
    this.structure = "";
    select.addEventListener("change", onChoice);
  }

  get lane() {
    return chosenLane(this.lanes, this.select.value, this.selected);
  }

  /**
   * @param {Lane[]} lanes
   * @param {number} selected
   */
  update(lanes, selected) {
    this.lanes = lanes.map(({ id }) => id);
    this.selected = selected;
    const following = chosenLane(this.lanes, "", selected) ?? "";
    const structure = `${following}|${this.lanes}`;
    if (structure === this.structure) return;
    this.structure = structure;
    const { value } = this.select;
    const follow = new Option(this.translator.text("study.lane.selected", { lane: following }), "");
    const others = this.lanes.map((id) => new Option(this.translator.text("lane.label", { lane: id }), id));
    this.select.replaceChildren(follow, ...others);
    this.select.value = this.lanes.includes(value) ? value : "";
  }
}
