import { find, hide } from "../base/dom.js";

/**
 * The notice for those who only watch, who may open an experiment of their own.
 *
 * @typedef {import("../base/types.js").Audience} Audience
 */

export class AudienceView {
  constructor() {
    this.watching = find(document, "#watching", HTMLElement);
    this.openOwn = find(document, "#open-own", HTMLFormElement);
  }

  /** @param {Audience} audience */
  update({ control, may_open: mayOpen }) {
    hide(this.watching, control);
    hide(this.openOwn, !mayOpen);
  }
}

/** @param {import("../page/page.js").Page} page */
export function joinAudience({ store }) {
  const view = new AudienceView();
  store.on("audience", () => {
    if (store.audience) view.update(store.audience);
  });
}
