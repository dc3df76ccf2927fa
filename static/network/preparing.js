import { find, hide, part } from "../base/dom.js";
import { fieldText } from "../base/format.js";
import { fromRoot } from "../base/root.js";
import { isLight, paintImage } from "../draw/test-image.js";
import { unpackPixels } from "../stream/packed.js";
import { typed } from "./settings.js";

/**
 * In the dialog of data and network: what is done to images before a network sees them, augmentation and preparation, and real images
 * before and after it.
 *
 * @typedef {import("../base/types.js").Config} Config
 * @typedef {import("../stream/packed.js").Packed} Packed
 * @typedef {{pixels: Packed, labels: number[], seen: Packed}} Specimens  the answer of GET /api/specimens
 */

/** The settings that the images depend on. */
const THEIRS = ["data", "prep", "augment", "seed"];
/** Epochs in which augmented images are shown. */
const EPOCHS = 3;

export class Preparing {
  /**
   * @param {HTMLElement} dialog
   * @param {import("../base/i18n.js").Translator} translator
   */
  constructor(dialog, translator) {
    this.translator = translator;
    this.preparation = find(dialog, 'select[name="preparation"]', HTMLSelectElement);
    this.shift = find(dialog, 'input[name="shift"]', HTMLInputElement);
    this.flip = find(dialog, 'input[name="flip"]', HTMLInputElement);
    this.crop = find(dialog, 'input[name="crop"]', HTMLInputElement);
    this.root = part(dialog, "specimens");
    /** The data set whose images are shown, or on their way. */
    this.data = "";
    /** Those of which images are shown, or on their way. @type {string | null} */
    this.query = null;
  }

  /** @param {{preparation: string, augmentation?: Config["augmentation"]}} settings none of a kind: as it is */
  show({ preparation, augmentation }) {
    this.preparation.value = preparation;
    if (augmentation) {
      this.shift.value = String(augmentation.shift);
      this.flip.checked = augmentation.flip;
      this.crop.value = fieldText(augmentation.crop);
    }
    this.#makeRoom();
  }

  /** What has been typed and chosen, as members of a configuration; not necessarily valid. */
  get settings() {
    return {
      preparation: this.preparation.value,
      augmentation: { shift: typed(this.shift.value), flip: this.flip.checked, crop: typed(this.crop.value) },
    };
  }

  /** Keep the rows' place, so that nothing moves when the images come. */
  #makeRoom() {
    const { shift, flip, crop } = this.settings.augmentation;
    const seen = flip || shift !== 0 || crop !== 0 ? EPOCHS : Number(this.preparation.value !== "none");
    this.root.style.setProperty("--rows", String(1 + seen));
  }

  /**
   * Show images of the data set of an experiment.
   * @param {string} address the query of its settings
   */
  async look(address) {
    this.#makeRoom();
    const query = new URLSearchParams([...new URLSearchParams(address)].filter(([name]) => THEIRS.includes(name))).toString();
    if (query === this.query) return;
    this.query = query;
    const answer = await fetch(fromRoot(`api/specimens?${query}`)).catch(() => null);
    const found = answer?.ok ? /** @type {Specimens} */ (await answer.json()) : null;
    if (query !== this.query) return;
    if (found) this.#draw(found);
    else this.query = null; // to be tried again
    hide(this.root, !found);
  }

  /**
   * Show images of another data set no longer, and keep the place of those that come.
   * @param {string} data its name
   */
  expect(data) {
    if (data === this.data) return;
    this.data = data;
    this.query = null;
    this.root.replaceChildren();
    hide(this.root, false);
  }

  /** Show no images: those of the data set are not here. */
  clear() {
    this.query = null;
    hide(this.root, true);
  }

  /** @param {Specimens} specimens */
  #draw({ pixels, seen }) {
    const { translator } = this;
    const areLight = isLight(new URLSearchParams(this.query ?? "").get("data") ?? "");
    const [epochs] = seen.shape;
    const rows = [{ title: translator.text("network.specimens.raw"), images: imagesOf(pixels) }];
    const after = imagesOf({ ...seen, shape: [epochs * pixels.shape[0], ...pixels.shape.slice(1)] });
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      const title = translator.text(epochs > 1 ? "network.specimens.epoch" : "network.specimens.seen", { n: epoch + 1 });
      rows.push({ title, images: after.slice(epoch * pixels.shape[0], (epoch + 1) * pixels.shape[0]) });
    }
    this.root.replaceChildren(
      ...rows.flatMap(({ title, images }) => {
        const head = document.createElement("span");
        head.textContent = title;
        const pictures = images.map((image) => {
          const canvas = document.createElement("canvas");
          paintImage(canvas, image, areLight);
          return canvas;
        });
        const row = document.createElement("div");
        row.append(...pictures);
        return [head, row];
      }),
    );
  }
}

/**
 * Take an array of images apart.
 * @param {Packed} packed [image, channel, row, col]
 */
export function imagesOf(packed) {
  const [count, ...shape] = packed.shape;
  const all = unpackPixels(packed);
  const size = shape.reduce((product, length) => product * length, 1);
  return Array.from({ length: count }, (_, index) => ({ shape, pixels: all.subarray(index * size, (index + 1) * size) }));
}
