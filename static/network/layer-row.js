import { find, hide, part, stamp, write } from "../base/dom.js";
import { layerName } from "../state/description.js";
import { arithmeticOf } from "./arithmetic.js";
import { row, typeOf } from "./settings.js";

/**
 * One layer in the dialog of the network: its type, and the fields of that type.
 *
 * @typedef {import("./settings.js").LayerType} LayerType
 * @typedef {import("./settings.js").Row} Row
 */

/** Input modes on a phone. */
const KEYBOARDS = { count: "numeric", pair: "text", number: "decimal" };

export class LayerRow {
  /**
   * @param {Row} model
   * @param {LayerType[]} types
   * @param {import("../base/i18n.js").Translator} translator
   */
  constructor(model, types, translator) {
    this.row = model;
    this.types = types;
    this.translator = translator;
    this.root = stamp("network-row");
    /** To be replaced: the person has removed the layer. */
    this.whenRemoved = () => {};
    const kind = find(this.root, 'select[name="type"]', HTMLSelectElement);
    kind.replaceChildren(...types.map(({ type }) => new Option(this.#word(`network.kind.${type}`, type), type)));
    kind.value = model.type;
    kind.addEventListener("change", () => {
      this.row = row(kind.value, types);
      this.#fill();
    });
    find(this.root, '[value="remove"]', HTMLButtonElement).addEventListener("click", () => {
      this.root.remove();
      this.whenRemoved();
    });
    this.#fill();
  }

  /** Show the fields of the layer's type, with their values. */
  #fill() {
    const { row, root } = this;
    for (const label of root.querySelectorAll("[data-field]")) label.remove();
    const labels = typeOf(row.type, this.types).fields.flatMap(({ name, kind }) => {
      if (kind !== "init") return [this.#field(name, KEYBOARDS[kind])];
      const start = stamp("network-init");
      start.dataset.field = "start";
      return [start, this.#field("std", "decimal")];
    });
    for (const label of labels) {
      const control = label.querySelector("input, select");
      if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement)
        control.value = row.fields[label.dataset.field ?? ""] ?? "";
    }
    find(root, ".network-end", HTMLElement).before(...labels);
    this.#reflect();
  }

  /**
   * @param {string} name
   * @param {string} keyboard input mode on a phone
   */
  #field(name, keyboard) {
    const label = stamp("network-field");
    const input = find(label, "input", HTMLInputElement);
    label.dataset.field = name;
    label.title = this.#word(`network.${name}.title`, "");
    write(find(label, "span", HTMLElement), this.#word(`network.${name}`, name));
    input.name = name;
    input.inputMode = keyboard;
    return label;
  }

  /**
   * Translate a key if the page's language has it, else use `other`.
   * @param {string} key
   * @param {string} other
   */
  #word(key, other) {
    return this.translator.has(key) ? this.translator.text(key) : other;
  }

  /**
   * Say what the layer is called and makes of its input, and how that is calculated.
   * @param {string} name
   * @param {import("../base/types.js").Layer | null} layer null: it cannot be, or one before it
   */
  becomes(name, layer) {
    const { count } = this.translator.format;
    write(part(this.root, "name"), layerName(name, this.translator));
    const shapes = layer && [layer.output_shape.join("×"), ...(layer.parameters > 0 ? [count(layer.parameters)] : [])];
    write(part(this.root, "becomes"), shapes ? shapes.join(" · ") : "–");
    const sums = part(this.root, "arithmetic");
    // Its line stays, so that nothing moves under what one types.
    if (!layer) write(sums, sums.textContent && "–");
    else {
      const { size, parameters } = arithmeticOf(layer, count);
      write(sums, [size, parameters].filter(Boolean).join("\u2003"));
    }
  }

  /**
   * Take what has been typed or chosen in one of the fields.
   * @param {HTMLInputElement | HTMLSelectElement} field
   */
  edited(field) {
    if (field.name === "type") return;
    this.row.fields[field.name] = field.value;
    this.#reflect();
  }

  /** Show the field of the standard deviation only for a start that has one. */
  #reflect() {
    const std = this.root.querySelector('[data-field="std"]');
    if (std instanceof HTMLElement) hide(std, this.row.fields.start !== "gaussian");
  }
}
