import type { SequenceNetwork } from "../network/sequence-network.ts";
import { type ChunkLoss, chunkLoss } from "./chunk-loss.ts";
import type { InputNoise } from "./input-noise.ts";
import type { LossTerm } from "./loss-term.ts";
import { type Feeding, fedSteps } from "./stepping.ts";

/** The loss of a net that reads its own predictions; see `fedSteps`. */
export function fedLoss(
  network: SequenceNetwork,
  feeding: Feeding,
  noise: InputNoise | undefined,
  term?: LossTerm,
): ChunkLoss {
  return chunkLoss(fedSteps(network, feeding), feeding.warmUp, noise, term);
}
