import { fieldText } from "../base/format.js";

/**
 * The layers of a network as rows of fields, and back. What is typed goes to the server as it is: the server says what is
 * possible. Pure.
 *
 * @typedef {import("../base/types.js").Config} Config
 * @typedef {import("../base/types.js").LayerSpec} LayerSpec
 * @typedef {import("../base/types.js").Problem} Problem
 * @typedef {"conv" | "relu" | "pool" | "dense"} LayerKind
 * @typedef {"filters" | "kernel" | "padding" | "stride" | "size" | "units" | "start" | "std"} FieldName
 *
 * @typedef {object} Row
 * @property {LayerKind} type
 * @property {string} name  where it isn't the one that it has by its place; else ""
 * @property {Partial<Record<FieldName, string>>} fields
 */

/** The fields of each kind of layer, with what a new layer has in them. @type {Record<LayerKind, Partial<Record<FieldName, string>>>} */
export const FIELDS = {
  conv: { filters: "8", kernel: "3", padding: "1", stride: "1", start: "gaussian", std: "0.05" },
  relu: {},
  pool: { size: "2", stride: "2" },
  dense: { units: "10", start: "he", std: "0.05" },
};

/** Networks to begin from. @type {Record<string, Row[]>} */
export const PRESETS = {
  default: [conv("8", "7", "3"), row("relu"), row("pool"), conv("16", "5", "2"), row("relu"), row("pool"), row("dense")],
  one: [conv("8", "7", "3"), row("relu"), row("pool"), row("dense")],
  deep: [
    conv("8", "3", "1"),
    row("relu"),
    conv("8", "3", "1"),
    row("relu"),
    row("pool"),
    conv("16", "3", "1"),
    row("relu"),
    conv("16", "3", "1"),
    row("relu"),
    row("pool"),
    row("dense"),
  ],
  linear: [row("dense")],
};

/**
 * @param {LayerKind} type
 * @param {Partial<Record<FieldName, string>>} [fields] that differ
 * @returns {Row}
 */
export function row(type, fields = {}) {
  return { type, name: "", fields: { ...FIELDS[type], ...fields } };
}

/**
 * @param {string} filters
 * @param {string} kernel
 * @param {string} padding
 */
function conv(filters, kernel, padding) {
  return row("conv", { filters, kernel, padding });
}

/**
 * What layers are called that are given no names: as `kernelscope.experiment.address` has it.
 * @param {{type: string}[]} layers
 */
export function namesByPlace(layers) {
  /** @type {Record<string, number>} */
  const counts = {};
  const dense = layers.filter(({ type }) => type === "dense").length;
  return layers.map(({ type }) => {
    counts[type] = (counts[type] ?? 0) + 1;
    return type === "dense" && dense === 1 ? "dense" : `${type}${counts[type]}`;
  });
}

/**
 * @param {LayerSpec[]} architecture
 * @returns {Row[]}
 */
export function rowsOf(architecture) {
  const usual = namesByPlace(architecture);
  return architecture.map((layer, index) => {
    /** @type {Partial<Record<FieldName, string>>} */
    const fields = {};
    for (const name of /** @type {FieldName[]} */ (Object.keys(FIELDS[/** @type {LayerKind} */ (layer.type)]))) {
      if (name === "start") fields.start = layer.init?.type ?? "he";
      else if (name === "std") fields.std = fieldText(Number(layer.init?.std ?? FIELDS.conv.std));
      else fields[name] = pairText(layer[/** @type {"filters" | "kernel" | "padding" | "stride" | "size" | "units"} */ (name)] ?? "");
    }
    return { type: /** @type {LayerKind} */ (layer.type), name: layer.name === usual[index] ? "" : layer.name, fields };
  });
}

/**
 * @param {Row[]} rows
 * @returns {Record<string, unknown>[]} an architecture, as far as it is one
 */
export function architectureOf(rows) {
  const usual = namesByPlace(rows);
  return rows.map(({ type, name, fields }, index) => {
    /** @type {Record<string, unknown>} */
    const layer = { type, name: name || usual[index] };
    for (const field of /** @type {FieldName[]} */ (Object.keys(FIELDS[type]))) {
      const text = fields[field] ?? "";
      if (field === "start") layer.init = text === "he" ? { type: "he" } : { type: "gaussian", std: typed(fields.std ?? "") };
      else if (field !== "std") layer[field] = field === "filters" || field === "units" ? typed(text) : typedPair(text);
    }
    return layer;
  });
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
