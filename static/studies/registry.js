import { BatchLensCard } from "./lens/card.js";
import { ErrorsCard } from "./errors/card.js";
import { EmergenceCard } from "./emergence/card.js";
import { LossLineCard } from "./line/card.js";
import { OneWeightCard } from "./weight/card.js";
import { GradientNoiseCard } from "./noise/card.js";
import { MaximisationCard } from "./maximisation/card.js";
import { BestPatchesCard } from "./patches/card.js";
import { PhasesCard } from "./phases/card.js";
import { SaliencyCard } from "./saliency/card.js";

/**
 * The studies that have a card, about one lane or about all. (The range test has a panel of its own; film and earlier steps have the timeline.)
 */
export const STUDIES = [
  LossLineCard,
  BatchLensCard,
  GradientNoiseCard,
  OneWeightCard,
  PhasesCard,
  BestPatchesCard,
  MaximisationCard,
  SaliencyCard,
  ErrorsCard,
  EmergenceCard,
];
