import { Listeners } from "../base/listeners.js";
import { readView, USUAL } from "../state/address.js";

/**
 * The page's settings that its address can hold. Each feature adds its own; whoever writes an address reads them all.
 *
 * @typedef {import("../state/address.js").SettingName} SettingName
 * @typedef {import("../state/address.js").View} View
 *
 * @typedef {object} Setting
 * @property {() => string} read
 * @property {(text: string) => boolean} apply returns whether there is such a value
 */

export class Settings {
  constructor() {
    /** The settings in the address when the page was opened. */
    this.first = readView(location.search);
    /** @type {Map<SettingName, Setting>} */
    this.all = new Map();
    /** To be told when settings have been applied, so that the address follows. */
    this.applied = new Listeners();
    /** Called when the address has been written because settings have changed, at most a few times a second. */
    this.changed = new Listeners();
  }

  /**
   * @param {SettingName} name
   * @param {Setting} setting
   */
  add(name, setting) {
    this.all.set(name, setting);
  }

  /** The current settings. @returns {Partial<View>} */
  get view() {
    return Object.fromEntries(NAMES.flatMap((name) => (this.all.has(name) ? [[name, this.all.get(name)?.read()]] : [])));
  }

  /**
   * Apply the settings of the address.
   * @returns {SettingName[]} those that can't be applied
   */
  restore() {
    const wanted = NAMES.filter((name) => (this.first[name] ?? USUAL[name]) !== USUAL[name]);
    return wanted.filter((name) => !this.all.get(name)?.apply(this.first[name] ?? ""));
  }
}

/** The names of all settings, in the order of application: the lane that a view compares with comes after the view. */
export const NAMES = /** @type {SettingName[]} */ (Object.keys(USUAL));

/**
 * The setting of a menu.
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
 * The setting of check boxes: the names of those that are checked, or "plain".
 * @param {Element[]} elements
 * @returns {Setting}
 */
export function boxesSetting(elements) {
  const boxes = elements.filter((element) => element instanceof HTMLInputElement);
  return {
    read: () => boxes.flatMap(({ checked, name }) => (checked ? [name] : [])).join(",") || "plain",
    apply(text) {
      const names = text === "plain" ? [] : text.split(",");
      if (!names.every((name) => boxes.some((box) => box.name === name))) return false;
      for (const box of boxes) if (box.checked !== names.includes(box.name)) box.click();
      return true;
    },
  };
}
