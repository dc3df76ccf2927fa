/**
 * The columns of a scalars frame (docs/protocol.md): what a row is of, its numbers, and what each number is for.
 * Written by `python -m kernelscope.api.types` from the server's own table: change that.
 */
export const COLUMNS = /** @type {const} */ ({
  step: { of: "step", elements: Int32Array, each: "row" },
  loss: { of: "step", elements: Float32Array, each: "lane" },
  accuracy: { of: "step", elements: Float32Array, each: "lane" },
  learning_rate: { of: "step", elements: Float64Array, each: "lane" },
  gradient_norm: { of: "step", elements: Float32Array, each: "lane" },
  weight_norm: { of: "step", elements: Float32Array, each: "lane" },
  update_norm: { of: "step", elements: Float32Array, each: "lane" },
  seconds: { of: "step", elements: Float64Array, each: "row" },
  "test.step": { of: "test", elements: Int32Array, each: "row" },
  "test.loss": { of: "test", elements: Float32Array, each: "lane" },
  "test.accuracy": { of: "test", elements: Float32Array, each: "lane" },
  "observed.step": { of: "observation", elements: Int32Array, each: "row" },
  "observed.ratio": { of: "observation", elements: Float32Array, each: "lane" },
  "observed.norm": { of: "observation", elements: Float32Array, each: "filter" },
});

/**
 * @typedef {keyof typeof COLUMNS} ColumnName
 *
 * @typedef {{[Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]["elements"]>}} Columns
 */
