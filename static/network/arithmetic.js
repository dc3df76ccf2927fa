/**
 * How a layer's output comes to its size, and how many parameters it has, as a sum that can be checked. Pure.
 *
 * @typedef {import("../base/types.js").Layer} Layer
 */

/**
 * ⌊(28 + 2·3 − 7) / 2⌋ + 1 = 14 rows and columns; 8 · (1·7·7 + 1) = 400 parameters.
 * @param {Layer} layer
 * @param {(value: number) => string} count writes a number
 * @returns {{size: string, parameters: string}} each empty where there is nothing to calculate
 */
export function arithmeticOf({ input_shape: input, output_shape: output, window, kernel_shape: kernel, parameters }, count) {
  const sides = [0, 1].map((side) => {
    const [extent, got] = [input[side + 1], output[side + 1]];
    const [size, stride, padding] = [window.size, window.stride, window.padding].map((pair) => pair[side]);
    // The whole input has nothing to slide over.
    if (padding === 0 && ((size === 1 && stride === 1) || size === extent)) return "";
    const covered = [extent, ...(padding > 0 ? [`+ 2·${padding}`] : []), `− ${size}`].join(" ");
    return stride === 1 ? `${covered} + 1 = ${got}` : `⌊(${covered}) / ${stride}⌋ + 1 = ${got}`;
  });
  const size = [...new Set(sides)].filter(Boolean).join(" × ");
  if (!kernel) return { size, parameters: "" };
  const [out, ...of] = kernel;
  const each = of.filter((length, place) => place === 0 || length > 1 || of[1] * of[2] > 1).join("·");
  return { size, parameters: `${out} · (${each} + 1) = ${count(parameters)}` };
}
