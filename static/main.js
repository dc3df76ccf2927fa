import { apart } from "./base/apart.js";
import { loadTranslator } from "./base/i18n.js";
import { joinBoard, joinInspector } from "./board/join.js";
import { joinViewSwitch } from "./board/view-switch.js";
import { joinCharts } from "./charts/join.js";
import { joinAddressBar } from "./controls/address-bar.js";
import { joinAnnouncer } from "./controls/announcer.js";
import { joinAppearance } from "./controls/appearance.js";
import { joinAudience } from "./controls/audience.js";
import { joinCapabilities } from "./controls/capabilities.js";
import { joinControls } from "./controls/controls.js";
import { joinDescription } from "./controls/description.js";
import { joinPace } from "./controls/pace.js";
import { joinShare } from "./controls/share.js";
import { joinStatus } from "./controls/status.js";
import { joinStopLine } from "./controls/stop-line.js";
import { joinGuide, joinTooltips } from "./guide/guide.js";
import { joinLanes } from "./lanes/join.js";
import { joinNetwork } from "./network/join.js";
import { Page } from "./page/page.js";
import { joinReading } from "./reading/join.js";
import { joinRangeTest, joinStudies } from "./studies/join.js";
import { joinTimeline } from "./timeline/join.js";

/**
 * Begins the page, once its words have come. Where a module fails, none of this runs; where the words fail, it ends here: both are
 * said by static/loading.js, which looks for the mark. Nothing waits at the top of a module, where WebKit keeps errors to itself.
 */

/** What the page is made of. Each joins by itself; they are told of everything in this order. */
const FEATURES = [
  joinLanes,
  joinViewSwitch,
  // It measures what the board then changes: the other way round the browser would lay out the page twice.
  joinInspector,
  joinBoard,
  joinCharts,
  joinStudies,
  joinRangeTest,
  joinTimeline,
  joinNetwork,
  joinDescription,
  joinControls,
  joinPace,
  joinStatus,
  joinStopLine,
  joinAudience,
  joinAnnouncer,
  joinShare,
  joinAppearance,
  joinGuide,
  joinTooltips,
  joinReading,
  joinCapabilities,
  // Once all settings are there that an address can have.
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
