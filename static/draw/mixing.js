import { NON_FINITE, ZERO } from "./colormap.js";
import { REACH } from "../stream/protocol.js";

/**
 * Three numbers as one colour: of a kernel's three input channels red, green and blue, each 0.5 + 0.5 · w / limit, so that grey is zero.
 * The numbers are given by their entries in a colour table (`colourIndices`), and those beyond the limit are clipped. Pure.
 */

/** The byte of a channel for each entry of a colour table. */
const BYTES = Uint8Array.from({ length: NON_FINITE + 1 }, (_, index) => {
  const share = Math.max(-1, Math.min(1, (index - ZERO) / REACH));
  return Math.round(127.5 * (1 + share));
});

/**
 * The pixel of three entries, as those of a colour table are: 0xAABBGGRR.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 * @param {Uint32Array} table has the colour of what isn't finite
 */
export function mixed(red, green, blue, table) {
  if (red === NON_FINITE || green === NON_FINITE || blue === NON_FINITE) return table[NON_FINITE];
  return ((255 << 24) | (BYTES[blue] << 16) | (BYTES[green] << 8) | BYTES[red]) >>> 0;
}

/**
 * Mix whole kernels.
 * @param {Uint8Array} indices [kernel, channel, cell], entries of a colour table
 * @param {number} cells of a kernel
 * @param {Uint32Array} table
 * @param {Uint32Array} pixels receives the result, [kernel, cell]
 */
export function mixKernels(indices, cells, table, pixels) {
  for (let at = 0; at < pixels.length; at += 1) {
    const red = at + 2 * (at - (at % cells));
    pixels[at] = mixed(indices[red], indices[red + cells], indices[red + 2 * cells], table);
  }
}
