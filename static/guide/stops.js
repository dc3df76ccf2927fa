/**
 * Where the tour stops, in the order of the two questions: where do a kernel's numbers come from, how is one weight updated?
 *
 * @typedef {object} Stop
 * @property {string} key            of its texts
 * @property {string} selector       the element it is about
 * @property {boolean} [inLane]      it is in the lane of the selected weight
 * @property {string} [tab]          an element of the tab that is shown, if not that of `selector`
 * @property {string} [formula]      the same in all languages
 * @property {() => boolean} [done]  whether its request has been fulfilled
 */

const step = () => Number(document.querySelector("#status-step")?.getAttribute("data-step") ?? 0);
const isRunning = () => document.querySelector("#start")?.hasAttribute("data-running") === true;

/** @type {Stop[]} */
export const STOPS = [
  { key: "start", selector: "#board" },
  { key: "kernel", selector: "#inspector .magnified" },
  { key: "loss", selector: ".figures", inLane: true, formula: "L = −(1/n) · Σ ln p(yᵢ | xᵢ)" },
  { key: "step", selector: "#step", done: () => step() > 0 },
  { key: "gradient", selector: ".panel", inLane: true, formula: "g = ∂L/∂W" },
  { key: "update", selector: "#inspector .arithmetic", formula: "W_new = W_old − lr · ∂L/∂W" },
  { key: "run", selector: "#start", done: isRunning },
  { key: "rates", selector: "#board" },
  { key: "curves", selector: "#charts" },
  { key: "timeline", selector: "#timeline" },
  { key: "shared", selector: "#inspector .exact", formula: "∂L/∂w[i,j] = Σ_p δ(p) · x(p + (i,j))" },
  { key: "answers", selector: "#phases" },
  { key: "on", selector: "#more", tab: "#board" },
];
