import { BatchLensCard } from "./lens/card.js";
import { LossLineCard } from "./line/card.js";
import { OneWeightCard } from "./weight/card.js";
import { GradientNoiseCard } from "./noise/card.js";
import { PhasesCard } from "./phases/card.js";

/**
 * The one list of studies that have a card. (The others have places of their own: the range test its dialog, film and earlier steps
 * the timeline.)
 */
export const STUDIES = [LossLineCard, BatchLensCard, GradientNoiseCard, OneWeightCard, PhasesCard];
