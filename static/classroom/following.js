import { OWN, USUAL } from "../state/address.js";

/**
 * Following: the settings of the teacher's page are applied to this one, except those that are a person's own. Pure but for the settings.
 *
 * @typedef {import("../page/settings.js").Setting} Setting
 * @typedef {import("../state/address.js").SettingName} SettingName
 */

/** The settings that a class follows, in the order of application. */
const FOLLOWED = /** @type {SettingName[]} */ (Object.keys(USUAL)).filter((name) => !OWN.includes(name));

export class Following {
  /** @param {Map<SettingName, Setting>} all the page's settings */
  constructor(all) {
    this.all = all;
    /** What has been applied so far, so that a setting that reads otherwise than it was written isn't written again and again. */
    this.applied = /** @type {Map<SettingName, string>} */ (new Map());
    /** A setting tells the page of its change at once, which then follows again. */
    this.isApplying = false;
  }

  /** What this page shows, as one text to compare. */
  get shown() {
    return JSON.stringify(FOLLOWED.map((name) => this.all.get(name)?.read()));
  }

  /** What the class is to see of this page: the settings that differ from the usual. @returns {Record<string, string>} */
  get shared() {
    const texts = FOLLOWED.flatMap((name) => {
      const text = this.all.get(name)?.read() ?? USUAL[name];
      return text === USUAL[name] ? [] : [[name, text]];
    });
    return Object.fromEntries(texts);
  }

  /** Whatever was applied, apply it again. */
  forget() {
    this.applied.clear();
  }

  /**
   * Apply what has not been applied yet. What can't be, such as the weight of a lane that is still to come, is tried again next time.
   * @param {Record<string, string>} wanted the settings of the teacher's page
   */
  apply(wanted) {
    if (this.isApplying) return;
    this.isApplying = true;
    for (const name of FOLLOWED) {
      const setting = this.all.get(name);
      const text = wanted[name] ?? USUAL[name];
      if (!setting || this.applied.get(name) === text) continue;
      // No text names nothing that could be missing.
      if (setting.read() === text || setting.apply(text) || text === "") this.applied.set(name, text);
    }
    this.isApplying = false;
  }
}
