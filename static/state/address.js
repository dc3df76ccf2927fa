/**
 * How the page shows an experiment, as the query of its address: short names, defaults left out. The experiment's own settings come
 * first, in the server's grammar (server/kernelscope/experiment/address.py). Pure.
 *
 * @typedef {import("./tensors.js").Cell} Cell
 * @typedef {keyof typeof USUAL} SettingName
 * @typedef {Record<SettingName, string>} View
 */

/** The value of each setting that the address leaves out. */
export const USUAL = {
  /** The view of the page. */
  tab: "kernels",
  /** What the pictures show beside the weights, where it was chosen. */
  view: "",
  /** Dense layers that are shown too. */
  dense: "",
  /** The lane that a view compares with. */
  against: "",
  /** The colour scales of the pictures, where they aren't the usual ones. */
  colours: "",
  /** "1": each filter's orientation is marked. */
  oriented: "",
  /** "1": the channels of a colour image are shown one beside the other. */
  channels: "",
  /** Lanes that are not shown. */
  without: "",
  /** The selected weight: layer.lane.out.in.row.col */
  cell: "",
  /** Filters whose pages are shown, of layers that have too many for one page: layer.filter, separated by commas. */
  filters: "",
  /** The step of the timeline that is shown instead of the newest. */
  at: "",
  /** "1": events of the filters are marked on the timeline. */
  events: "",
  /** The image that the page is about: its index in the test set, train- and that in the training set, or a whole picture. */
  image: "0",
  /** The part of the image that is outlined: row.column.rows.columns */
  patch: "",
  /** The charts: two measures, the horizontal axis, scales, the running mean. */
  upper: "loss",
  lower: "accuracy",
  x: "step",
  scale: "log",
  xscale: "linear",
  smooth: "1",
  /** The lane that the tab "What it sees" shows alone. */
  sees: "",
  /** What it shows of each filter: its response to the image, or ∂L/∂Z. */
  maps: "response",
  /** The vertical axis of the tab "Which rate?". */
  rate: "accuracy",
  /** "1": the worksheet of the selected weight is open. */
  worksheet: "",
  /** What makes the picture that excites a filter most readable, separated by commas; "plain": nothing. */
  ascent: "jitter,blur,norm",
  /** The class whose logit's saliency is shown: `top`, what each lane predicts, or an index; else the image's own. */
  saliency: "",
  /** The errors that are listed: lane, lane.label.predicted, or right.wrong. */
  errors: "",
  /** Steps and frames per second. */
  speed: "",
  fps: "30",
  /** Cards that were open: only in addresses of earlier versions. */
  open: "",
  theme: "",
  /** "1": large type and fewer things, for a projector. */
  projection: "",
  /** Parts of the page that the server leaves out. */
  hide: "",
};

/**
 * Settings that are a person's own, or set by whoever holds the controls: they aren't passed on.
 * @type {SettingName[]}
 */
export const OWN = ["theme", "projection", "speed", "fps", "hide", "worksheet"];

/**
 * Read the view's settings from an address.
 * @param {string} search
 * @returns {Partial<View>}
 */
export function readView(search) {
  const query = new URLSearchParams(search);
  /** @type {Partial<View>} */
  const view = {};
  for (const name of /** @type {SettingName[]} */ (Object.keys(USUAL))) {
    const texts = query.getAll(name);
    if (texts.length > 0) view[name] = name === "hide" ? texts.join(",") : texts[0];
  }
  return view;
}

/**
 * Write the query, with its question mark unless it is empty.
 * @param {string} settings of the experiment, as the server writes them
 * @param {Partial<View>} view
 */
export function writeQuery(settings, view) {
  const said = Object.entries(view).filter(([name, text]) => text !== USUAL[/** @type {SettingName} */ (name)]);
  const parts = said.map(([name, text]) => `${name}=${encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":")}`);
  const query = [settings, ...parts].filter(Boolean).join("&");
  return query === "" ? "" : `?${query}`;
}

/**
 * @param {string} layer
 * @param {string} lane
 * @param {Cell} cell
 */
export function cellText(layer, lane, cell) {
  return [layer, lane, cell.out, cell.in, cell.row, cell.col].join(".");
}

/**
 * @param {string} text
 * @returns {{layer: string, lane: string, cell: Cell} | null} null: the text names no cell
 */
export function readCell(text) {
  const match = /^([^.]+)\.([^.]+)\.(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!match) return null;
  const [out, channel, row, col] = match.slice(3).map(Number);
  return { layer: match[1], lane: match[2], cell: { out, in: channel, row, col } };
}

/** @param {string} text ids or names, separated by commas */
export function listOf(text) {
  return text.split(",").filter(Boolean);
}
