/**
 * What the features of the page share.
 *
 * @typedef {object} Page
 * @property {import("../state/store.js").Store} store
 * @property {import("../state/selection.js").Selection} selection
 * @property {import("../base/i18n.js").Translator} translator
 * @property {import("../state/session.js").Session} session
 * @property {import("../base/loop.js").Loop} loop
 */

export {};
