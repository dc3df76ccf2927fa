import { apart } from "./base/apart.js";
import { loadTranslator } from "./base/i18n.js";
import { joinImage } from "./board/image-card.js";
import { joinBoard, joinInspector, joinPointed } from "./board/join.js";
import { joinUnchosen } from "./board/unchosen.js";
import { joinViewSwitch } from "./board/view-switch.js";
import { joinCharts } from "./charts/join.js";
import { joinClassroom } from "./classroom/join.js";
import { joinAddressBar } from "./controls/address-bar.js";
import { joinAnnouncer } from "./controls/announcer.js";
import { joinAppearance } from "./controls/appearance.js";
import { joinAudience } from "./controls/audience.js";
import { joinCapabilities } from "./controls/capabilities.js";
import { joinControls } from "./controls/controls.js";
import { joinDescription } from "./controls/description.js";
import { joinMenus } from "./controls/menus.js";
import { joinPace } from "./controls/pace.js";
import { joinProjection } from "./controls/projection.js";
import { joinShare } from "./controls/share.js";
import { joinStatus } from "./controls/status.js";
import { joinStopLine } from "./controls/stop-line.js";
import { joinUndo } from "./controls/undo.js";
import { joinTabs } from "./controls/tabs.js";
import { joinExperiments } from "./experiments/join.js";
import { joinGuide, joinTooltips } from "./guide/guide.js";
import { joinLanes } from "./lanes/join.js";
import { joinNetwork } from "./network/join.js";
import { Page } from "./page/page.js";
import { joinPad } from "./pad/join.js";
import { joinReading } from "./reading/join.js";
import { joinSees } from "./sees/join.js";
import { joinStudies } from "./studies/join.js";
import { joinTimeline } from "./timeline/join.js";

/**
 * Start the page once its words are loaded. If a module fails to load, none of this runs; if the words fail, it ends here:
 * static/loading.js notices that the mark is missing and reports both. No module has a top-level await: WebKit doesn't report errors
 * there.
 */

/** The features of the page. Each joins by itself; they are notified in this order. */
const FEATURES = [
  joinTabs,
  joinMenus,
  joinLanes,
  joinViewSwitch,
  joinUnchosen,
  // Measures what the board then changes; in the other order the browser would lay out the page twice.
  joinInspector,
  joinBoard,
  joinImage,
  joinPointed,
  joinCharts,
  joinStudies,
  joinTimeline,
  joinSees,
  joinPad,
  joinNetwork,
  joinExperiments,
  joinDescription,
  joinControls,
  joinPace,
  joinStatus,
  joinStopLine,
  joinUndo,
  joinAudience,
  joinAnnouncer,
  joinShare,
  joinAppearance,
  joinProjection,
  joinGuide,
  joinTooltips,
  joinReading,
  joinCapabilities,
  joinClassroom,
  // Last, because it needs the settings of all the others.
  joinAddressBar,
];

const { dataset, lang } = document.documentElement;
dataset.loaded = "scripts";
void loadTranslator(lang).then((translator) => {
  const page = new Page(translator);
  for (const join of FEATURES) apart(() => join(page));
  page.open();
  dataset.loaded = "all";
});
