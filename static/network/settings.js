import { fieldText } from "../base/format.js";

/**
 * The layers of a network as rows of fields, and back. The server says which fields each layer type has; what is typed goes to the
 * server unchecked, because the server decides what is possible. Pure.
 *
 * @typedef {import("../base/types.js").LayerSpec} LayerSpec
 * @typedef {import("../base/types.js").Problem} Problem
 *
 * @typedef {object} LayerType
 * @property {string} type
 * @property {boolean} numbered_alone  whether even the only layer of its type is numbered: `conv1`, but `dense`
 * @property {{name: string, kind: "count" | "pair" | "number" | "init"}[]} fields
 * @property {LayerSpec} example       to begin from
 *
 * The answer of GET /api/networks.
 * @typedef {object} Networks
 * @property {LayerType[]} types
 * @property {Record<string, LayerSpec[]>} networks  to begin from
 * @property {string} usual  the one that is usual with the data set
 *
 * @typedef {object} Row
 * @property {string} type
 * @property {string} name  "" if it is the default for its place
 * @property {Record<string, string>} fields  by name; an init has two, `start` and `std`
 */

/**
 * Make the row of a new layer.
 * @param {string} type
 * @param {LayerType[]} types
 * @returns {Row}
 */
export function row(type, types) {
  return { ...rowsOf([typeOf(type, types).example], types)[0], name: "" };
}

/**
 * The default names of layers, as in `kernelscope.experiment.address`.
 * @param {{type: string}[]} layers
 * @param {LayerType[]} types
 */
export function namesByPlace(layers, types) {
  /** @type {Record<string, number>} */
  const counts = {};
  return layers.map(({ type }) => {
    counts[type] = (counts[type] ?? 0) + 1;
    const isAlone = layers.filter((other) => other.type === type).length === 1;
    return isAlone && !typeOf(type, types).numbered_alone ? type : `${type}${counts[type]}`;
  });
}

/**
 * @param {LayerSpec[]} architecture
 * @param {LayerType[]} types
 * @returns {Row[]}
 */
export function rowsOf(architecture, types) {
  const usual = namesByPlace(architecture, types);
  return architecture.map((layer, index) => {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const { name, kind } of typeOf(layer.type, types).fields) {
      const value = /** @type {Record<string, any>} */ (layer)[name];
      if (kind === "init") {
        fields.start = value.type;
        fields.std = fieldText(value.std ?? usualStd(types));
      } else fields[name] = kind === "number" ? fieldText(value) : pairText(value);
    }
    return { type: layer.type, name: layer.name === usual[index] ? "" : layer.name, fields };
  });
}

/**
 * @param {Row[]} rows
 * @param {LayerType[]} types
 * @returns {Record<string, unknown>[]} an architecture, not necessarily a valid one
 */
export function architectureOf(rows, types) {
  const usual = namesByPlace(rows, types);
  return rows.map(({ type, name, fields }, index) => {
    /** @type {Record<string, unknown>} */
    const layer = { type, name: name || usual[index] };
    for (const { name: field, kind } of typeOf(type, types).fields) {
      if (kind === "init") layer[field] = fields.start === "he" ? { type: "he" } : { type: "gaussian", std: typed(fields.std ?? "") };
      else layer[field] = (kind === "pair" ? typedPair : typed)(fields[field] ?? "");
    }
    return layer;
  });
}

/**
 * @param {string} type
 * @param {LayerType[]} types
 */
export function typeOf(type, types) {
  return /** @type {LayerType} */ (types.find((one) => one.type === type));
}

/** The initial standard deviation when a normal distribution is chosen. @param {LayerType[]} types */
function usualStd(types) {
  return types.map(({ example }) => example.init?.std).find((std) => std !== undefined) ?? NaN;
}

/**
 * The row and the field that a problem of a configuration belongs to.
 * @param {Problem} problem
 * @param {string[]} names of the layers
 * @returns {{row: number | null, field: string}}
 */
export function placeOf({ field, values }, names) {
  const [member, index, , ...rest] = field.split(".");
  const said = String(values.field ?? "");
  if (member === "augmentation") return { row: null, field: said };
  if (member !== "architecture") return { row: null, field: member };
  const byName = names.indexOf(String(values.layer ?? ""));
  const row = index !== undefined && /^\d+$/.test(index) ? Number(index) : byName;
  return { row: row < 0 ? null : row, field: rest.find((part) => !/^\d+$/.test(part)) ?? said };
}

/** @param {string | number | number[]} value */
function pairText(value) {
  if (!Array.isArray(value)) return String(value);
  return value[0] === value[1] ? String(value[0]) : value.join("×");
}

/**
 * Read a number; other text stays as it is, for the server to refuse.
 * @param {string} text
 */
export function typed(text) {
  const plain = text.normalize("NFKC").trim().replace(",", ".");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** @param {string} text */
function typedPair(text) {
  const sides = text.normalize("NFKC").trim().split(/[x×*]/i);
  return sides.length === 2 ? sides.map(typed) : typed(text);
}
