import { readView, USUAL } from "../state/address.js";

/**
 * The settings of the page that its address can have. Each feature adds its own; whoever writes an address reads them all.
 *
 * @typedef {import("../state/address.js").SettingName} SettingName
 * @typedef {import("../state/address.js").View} View
 *
 * @typedef {object} Setting
 * @property {() => string} read
 * @property {(text: string) => boolean} apply  whether there is such a thing
 */

export class Settings {
  constructor() {
    /** What the address said when the page was opened. */
    this.first = readView(location.search);
    /** @type {Map<SettingName, Setting>} */
    this.all = new Map();
  }

  /**
   * @param {SettingName} name
   * @param {Setting} setting
   */
  add(name, setting) {
    this.all.set(name, setting);
  }

  /** As the page stands now. @returns {Partial<View>} */
  get view() {
    return Object.fromEntries(NAMES.flatMap((name) => (this.all.has(name) ? [[name, this.all.get(name)?.read()]] : [])));
  }

  /**
   * Applies what the address said.
   * @returns {SettingName[]} what can't be applied
   */
  restore() {
    const wanted = NAMES.filter((name) => (this.first[name] ?? USUAL[name]) !== USUAL[name]);
    return wanted.filter((name) => !this.all.get(name)?.apply(this.first[name] ?? ""));
  }
}

/** In this order they are applied: what a view compares with comes after the view. */
const NAMES = /** @type {SettingName[]} */ (Object.keys(USUAL));

/**
 * The setting that a menu has.
 * @param {HTMLSelectElement} select
 * @returns {Setting}
 */
export function menuSetting(select) {
  return {
    read: () => select.value,
    apply(text) {
      if (![...select.options].some(({ value, disabled }) => value === text && !disabled)) return false;
      select.value = text;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      return true;
    },
  };
}

/**
 * The setting of a row of buttons, one of which is pressed.
 * @param {"scale" | "scale-x"} name
 * @returns {Setting}
 */
export function buttonsSetting(name) {
  const all = [...document.querySelectorAll(`[data-${name}]`)].filter((button) => button instanceof HTMLElement);
  const valueOf = (/** @type {HTMLElement} */ button) => button.getAttribute(`data-${name}`) ?? "";
  return {
    read() {
      const pressed = all.find((button) => button.getAttribute("aria-pressed") === "true");
      return pressed ? valueOf(pressed) : "";
    },
    apply(text) {
      const button = all.find((one) => valueOf(one) === text);
      button?.click();
      return button !== undefined;
    },
  };
}
