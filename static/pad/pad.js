import { find, hide, part, write } from "../base/dom.js";
import { paintImage } from "../draw/test-image.js";
import { Camera } from "./camera.js";
import { sheetFrom, sheetOf } from "./drawing.js";
import { pictureIn, Unusable } from "./files.js";
import { Kept } from "./kept.js";
import { Pen } from "./pen.js";
import { inkOf } from "./scaling.js";

/**
 * The pad: what is drawn on it, or a picture that is brought, becomes the page's image, stroke by stroke.
 *
 * @typedef {import("../page/page.js").Page} Page
 * @typedef {import("./ink.js").Picture} Picture
 * @typedef {import("../state/own-image.js").OwnImage} OwnImage
 */

/** While a stroke is drawn, the shortest and the longest time from one picture that is sent to the next, in between until it is answered. */
const [LIVE_MS, PATIENCE_MS] = [40, 500];

export class Pad {
  /**
   * @param {Page} page
   * @param {import("./drawing.js").Drawing} drawing
   * @param {import("../base/types.js").Dataset} data
   */
  constructor(page, drawing, data) {
    this.page = page;
    this.drawing = drawing;
    this.data = data;
    this.root = find(document, "#pad", HTMLElement);
    this.canvas = find(this.root, ".pad-sheet canvas", HTMLCanvasElement);
    this.offer = part(this.root, "offer");
    this.preview = find(this.offer, "canvas", HTMLCanvasElement);
    this.trouble = part(this.root, "trouble");
    this.kept = new Kept(part(this.root, "kept"), data, page.translator, {
      show: (own) => {
        this.#lay(own);
        this.sheet.invalidate();
        this.#tell(own);
      },
      leave: () => this.canvas.focus(),
    });
    this.classes = find(this.root, "select", HTMLSelectElement);
    this.file = find(this.root, 'input[type="file"]', HTMLInputElement);
    this.camera = new Camera(find(this.offer, "video", HTMLVideoElement));
    /** A picture that is offered, and not sent before it is accepted. @type {Picture | null} */
    this.offered = null;
    /** The picture that the next stroke continues, if it is still shown. @type {OwnImage | null} */
    this.drawnOn = null;
    /** Counts what was offered and discarded: what comes too late isn't offered. */
    this.turn = 0;
    this.shownAt = -Infinity;
    /** Whether the page's image isn't yet what is on the sheet. */
    this.isAhead = false;
    this.live = page.loop.task((now) => this.#showLive(now));
    this.sheet = page.loop.task(() => this.#paint());
    new Pen(this.canvas, part(this.root, "pen"), {
      begin: (place) => drawing.begin(place),
      extend: (places) => drawing.extend(places),
      end: () => drawing.end(),
      undo: () => drawing.undo(),
      changed: () => this.#changed(true),
    });
    data.classes.forEach((name, index) => this.classes.add(new Option(name, String(index))));
    // The same levels, of another class.
    this.classes.addEventListener("change", () => {
      const { image } = page;
      if (image.own) this.#tell({ levels: image.own.levels, label: this.label });
    });
    this.#choices();
    /** @type {Record<string, () => void>} */
    const deeds = {
      undo: () => this.#take(() => drawing.undo()),
      clear: () => this.#take(() => drawing.clear()),
      fill: () => this.#take(() => drawing.fill()),
      file: () => this.file.click(),
      camera: () => void this.#lookThrough(),
      keep: () => this.#keep(),
      close: () => this.close(),
      use: () => this.#use(),
      discard: () => {
        this.#discard();
        this.canvas.focus({ preventScroll: true });
      },
    };
    for (const button of this.root.querySelectorAll("button[value]")) {
      button.addEventListener("click", () => deeds[button.getAttribute("value") ?? ""]());
    }
    this.file.addEventListener("change", () => {
      const [file] = this.file.files ?? [];
      this.file.value = "";
      if (file) void this.bring(file);
    });
    hide(find(this.root, 'button[value="camera"]', HTMLElement), !Camera.isThere);
    page.themed.add(() => this.sheet.invalidate());
    page.tabs.onChange(() => this.#lookAway());
    // Another image was chosen before the last stroke was shown: it stays chosen.
    page.image.onChange(() => {
      if (page.image.own !== this.drawnOn) this.live.drop();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#lookAway();
    });
  }

  /** What belongs to some data sets only: colours, and centring. */
  #choices() {
    const { drawing } = this;
    const colour = part(this.root, "colour");
    for (const one of [colour, find(this.root, 'button[value="fill"]', HTMLElement)]) hide(one, !drawing.hasColours);
    find(colour, "input", HTMLInputElement).addEventListener("input", ({ target }) => {
      if (!(target instanceof HTMLInputElement)) return;
      drawing.colour = [1, 3, 5].map((from) => parseInt(target.value.slice(from, from + 2), 16) / 255);
    });
    const { translator } = this.page;
    const { by } = drawing;
    const [centring, how] = [part(this.root, "centring"), part(this.root, "how")];
    centring.title = translator.text(`pad.by.${by}.title`);
    write(find(centring, "span", HTMLElement), translator.text(`pad.by.${by}`));
    hide(centring, !drawing.centres);
    const [, rows, cols] = this.data.image_shape;
    write(how, translator.text("pad.middle", { rows, cols }));
    hide(how, drawing.centres);
    find(centring, "input", HTMLInputElement).addEventListener("change", ({ target }) => {
      drawing.centres = target instanceof HTMLInputElement && target.checked;
      this.#changed();
    });
  }

  /** Open it, with the picture that is shown or an empty sheet. */
  open() {
    this.root.hidden = false;
    const { own } = this.page.image;
    if (own && this.drawing.isEmpty) this.#lay(own);
    this.sheet.invalidate();
    this.canvas.focus({ preventScroll: true });
    this.canvas.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.#discard();
    this.root.hidden = true;
    find(document, "#sees [data-draw]", HTMLElement).focus({ preventScroll: true });
  }

  /** The camera isn't on while nobody can see what it sees. */
  #lookAway() {
    if (this.camera.isOn) this.#discard();
  }

  /** Offer a picture from a file. @param {File} file @param {number} [count] of the files that came, of which this is the first */
  async bring(file, count = 1) {
    this.#discard();
    const { turn } = this;
    try {
      const picture = await pictureIn(file);
      if (turn !== this.turn) return;
      const { drawing } = this;
      if (drawing.centres && !inkOf(sheetOf(picture, drawing))) throw new Unusable("pad.nothing", { name: file.name });
      this.#offer(picture);
      if (count > 1) this.#say("pad.one", { name: file.name, count });
    } catch (error) {
      if (turn === this.turn) this.#refuse(error);
    }
  }

  async #lookThrough() {
    this.#discard();
    hide(this.preview, true);
    this.offer.hidden = false;
    try {
      await this.camera.begin();
      // The browser may have asked for long.
      if (document.hidden || this.page.tabs.current !== "sees") this.#lookAway();
    } catch (error) {
      this.#discard();
      this.#refuse(error);
    }
  }

  /** @param {Picture} picture */
  #offer(picture) {
    this.offered = picture;
    hide(this.preview, false);
    this.offer.hidden = false;
    const { shape } = this.drawing;
    const levels = this.drawing.levelsOf(sheetOf(picture, this.drawing));
    paintImage(this.preview, { shape, pixels: Float32Array.from(levels, (level) => level / 255) });
    find(this.offer, 'button[value="use"]', HTMLButtonElement).focus({ preventScroll: true });
  }

  #use() {
    const picture = this.camera.isOn ? this.camera.take() : this.offered;
    this.#discard();
    if (picture) this.#take(() => this.drawing.lay(sheetOf(picture, this.drawing)));
    this.canvas.focus({ preventScroll: true });
  }

  #discard() {
    this.turn += 1;
    this.camera.end();
    this.offered = null;
    this.offer.hidden = true;
    write(this.trouble, "");
  }

  /** @param {unknown} error */
  #refuse(error) {
    if (!(error instanceof Unusable)) throw error;
    this.#say(error.key, error.values);
  }

  /** @param {string} key @param {Record<string, string | number>} values */
  #say(key, values) {
    const { format } = this.page.translator;
    const said = Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? format.count(value) : value]);
    write(this.trouble, this.page.translator.text(key, Object.fromEntries(said)));
  }

  /** @param {() => void} act on the drawing */
  #take(act) {
    act();
    this.#changed();
  }

  /** @param {boolean} [byStroke] or else it has become another picture */
  #changed(byStroke = false) {
    if (!byStroke) this.drawnOn = null;
    this.isAhead = true;
    write(this.trouble, "");
    this.sheet.invalidate();
    this.live.invalidate();
  }

  #paint() {
    paintImage(this.canvas, this.drawing.sheet);
    hide(part(this.root, "hint"), !this.drawing.isEmpty);
    this.canvas.style.imageRendering = "auto";
  }

  /** @returns {OwnImage} */
  get own() {
    return { levels: this.drawing.levels, label: this.label };
  }

  /** The class that was chosen. */
  get label() {
    const { value } = this.classes;
    return value === "" ? null : Number(value);
  }

  /**
   * Show it in this frame, or as soon as the last one has been answered. A task with an interval would wait for its turn.
   * @param {number} now
   */
  #showLive(now) {
    const { image, store } = this.page;
    const isAnswered = image.own === null || store.snapshot?.image === image.index;
    if (now - this.shownAt < (isAnswered ? LIVE_MS : PATIENCE_MS)) {
      this.live.invalidate();
      return;
    }
    this.shownAt = now;
    this.#show();
  }

  #show() {
    this.isAhead = false;
    const { image } = this.page;
    if (!this.drawing.isEmpty) this.#tell(this.own, image.own !== null && image.own === this.drawnOn);
    else if (image.own) image.show(image.last);
  }

  /**
   * Make a picture the page's.
   * @param {OwnImage} own
   * @param {boolean} [continues] whether it is the one shown, a stroke later
   */
  #tell(own, continues = false) {
    this.drawnOn = own;
    this.page.image.showOwn(own, continues);
  }

  /** Draw on from a picture. @param {OwnImage} own */
  #lay(own) {
    this.drawnOn = own;
    const { levels, label } = own;
    this.classes.value = label === null ? "" : String(label);
    this.drawing.lay(sheetFrom(levels, this.drawing));
  }

  #keep() {
    if (this.drawing.isEmpty) return;
    if (this.isAhead) this.#show();
    const isKept = this.kept.keep(this.page.image.own ?? this.own);
    write(this.trouble, isKept ? "" : this.page.translator.text("pad.not_kept"));
  }
}
