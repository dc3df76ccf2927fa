import { fieldText } from "../base/format.js";

/**
 * The layers of a network as rows of fields, and back. Which fields a layer has, its type says, as the server tells it; what is
 * typed goes to the server as it is: the server says what is possible. Pure.
 *
 * @typedef {import("../base/types.js").LayerSpec} LayerSpec
 * @typedef {import("../base/types.js").Problem} Problem
 *
 * @typedef {object} LayerType
 * @property {string} type
 * @property {boolean} numbered_alone  the only one of its type is called `conv1`, else `dense`
 * @property {{name: string, kind: "count" | "pair" | "init"}[]} fields
 * @property {LayerSpec} example       to begin from
 *
 * What GET /api/networks answers.
 * @typedef {object} Networks
 * @property {LayerType[]} types
 * @property {Record<string, LayerSpec[]>} networks  to begin from
 *
 * @typedef {object} Row
 * @property {string} type
 * @property {string} name  where it isn't the one that it has by its place; else ""
 * @property {Record<string, string>} fields  by name; an init is two of them, `start` and `std`
 */

/**
 * A new layer.
 * @param {string} type
 * @param {LayerType[]} types
 * @returns {Row}
 */
export function row(type, types) {
  return { ...rowsOf([typeOf(type, types).example], types)[0], name: "" };
}

/**
 * What layers are called that are given no names: as `kernelscope.experiment.address` has it.
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
      } else fields[name] = pairText(value);
    }
    return { type: layer.type, name: layer.name === usual[index] ? "" : layer.name, fields };
  });
}

/**
 * @param {Row[]} rows
 * @param {LayerType[]} types
 * @returns {Record<string, unknown>[]} an architecture, as far as it is one
 */
export function architectureOf(rows, types) {
  const usual = namesByPlace(rows, types);
  return rows.map(({ type, name, fields }, index) => {
    /** @type {Record<string, unknown>} */
    const layer = { type, name: name || usual[index] };
    for (const { name: field, kind } of typeOf(type, types).fields) {
      if (kind === "init") layer[field] = fields.start === "he" ? { type: "he" } : { type: "gaussian", std: typed(fields.std ?? "") };
      else layer[field] = (kind === "count" ? typed : typedPair)(fields[field] ?? "");
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

/** Of a normal distribution, where somebody changes to one. @param {LayerType[]} types */
function usualStd(types) {
  return types.map(({ example }) => example.init?.std).find((std) => std !== undefined) ?? NaN;
}

/**
 * Where a problem of a configuration belongs: in which row, and at which of its fields.
 * @param {Problem} problem
 * @param {string[]} names of the layers
 * @returns {{row: number | null, field: string}}
 */
export function placeOf({ field, values }, names) {
  const [member, index, , ...rest] = field.split(".");
  const said = String(values.field ?? "");
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
 * A number where it is one; else the text itself, for the server to refuse.
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
