import { BatchLensCard } from "./lens/card.js";
import { LossLineCard } from "./line/card.js";
import { OneWeightCard } from "./weight/card.js";
import { GradientNoiseCard } from "./noise/card.js";
import { PhasesCard } from "./phases/card.js";

/**
 * The studies that have a card. (The range test has a dialog; film and earlier steps have the timeline.)
 */
export const STUDIES = [LossLineCard, BatchLensCard, GradientNoiseCard, OneWeightCard, PhasesCard];
