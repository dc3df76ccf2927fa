import { currentTheme } from "../base/theme.js";
import { palette } from "./colormap.js";
import { resolveColour } from "./lane-style.js";

/** The colours of the kernels' pictures in the present theme: of values, of a cell's outlines, of the facts under a filter. */
export class Colours {
  constructor() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
    this.facts = factColours();
  }

  /** Read the colours of the present theme. */
  renew() {
    this.palette = palette(currentTheme());
    this.outlines = outlineColours();
    this.facts = factColours();
  }
}

function outlineColours() {
  return {
    inner: resolveColour("var(--ink)"),
    outer: resolveColour("var(--card)"),
    kernel: resolveColour("var(--accent)"),
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
