import { currentTheme } from "../base/theme.js";
import { palette, ZERO } from "./colormap.js";
import { resolveColour } from "./lane-style.js";
import { REACH } from "../stream/protocol.js";

/** The colours of the kernels' pictures in the present theme: of values, of a cell's outlines, of the facts under a filter. */
export class Colours {
  constructor() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours(this.palette);
    this.facts = factColours();
  }

  /** Read the colours of the present theme. */
  renew() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours(this.palette);
    this.facts = factColours();
  }
}

/** @param {import("./colormap.js").Palette} palette */
function outlineColours({ gradient }) {
  const positive = gradient[ZERO + REACH];
  return {
    inner: resolveColour("var(--ink)"),
    outer: resolveColour("var(--card)"),
    kernel: resolveColour("var(--accent)"),
    edge: resolveColour("var(--line-strong)"),
    change: `rgb(${positive & 255} ${(positive >> 8) & 255} ${(positive >> 16) & 255})`,
  };
}

function factColours() {
  return {
    text: resolveColour("var(--muted)"),
    mark: resolveColour("var(--error)"),
    circle: resolveColour("var(--line-strong)"),
    font: "10.5px system-ui, sans-serif",
  };
}
