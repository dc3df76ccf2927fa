import { find, hide, part, write } from "../base/dom.js";
import { isPlanted, plantedName, plantedWith } from "../state/truth.js";

/**
 * In the dialog of data and network: amplitude and noise of planted kernels, which are part of the data set's name. Whoever asks for the
 * chosen data set gets it with these.
 */

const NAMES = /** @type {const} */ (["amplitude", "noise"]);

export class Planted {
  /**
   * @param {HTMLElement} dialog
   * @param {HTMLSelectElement} data
   */
  constructor(dialog, data) {
    this.data = data;
    this.root = part(dialog, "planted");
    this.sliders = NAMES.map((name) => find(this.root, `input[name="${name}"]`, HTMLInputElement));
    this.outputs = NAMES.map((name) => part(this.root, name));
    this.data.addEventListener("change", () => this.reflect());
    this.root.addEventListener("input", () => {
      const [amplitude, noise] = this.sliders.map(({ value }) => Number(value));
      this.#choose(plantedName({ amplitude, noise }));
    });
  }

  /** @param {string} name of the data set whose amplitude and noise are offered, if it has any; else the usual ones */
  offer(name) {
    const offered = isPlanted({ name }) ? name : "planted";
    const { amplitude, noise } = plantedWith(offered);
    [amplitude, noise].forEach((value, index) => (this.sliders[index].value = String(value)));
    this.#choose(offered);
  }

  /** @param {string} name */
  #choose(name) {
    const option = [...this.data.options].find(({ value }) => isPlanted({ name: value }));
    if (option) option.value = name;
    const { amplitude, noise } = plantedWith(name);
    [amplitude, noise].forEach((value, index) => write(this.outputs[index], String(value)));
    this.reflect();
  }

  /** Show the sliders if they are of use. */
  reflect() {
    hide(this.root, !isPlanted({ name: this.data.value }));
  }
}

/** The name under which a data set is listed, without amplitude and noise. @param {string} name */
export const listedName = (name) => (isPlanted({ name }) ? "planted" : name);

/**
 * The board's view with another data set: the usual one where planted kernels have come, which shows them.
 * @param {string} view
 * @param {{from: string, to: string}} data its names
 */
export const viewOfOther = (view, { from, to }) => (isPlanted({ name: to }) && !isPlanted({ name: from }) ? "" : view);
