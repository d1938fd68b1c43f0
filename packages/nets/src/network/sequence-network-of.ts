import type { SequenceNet } from "../spec/sequence-net.ts";
import { latentSequence } from "./latent-network.ts";
import { linearMemoryNetwork } from "./linear-memory-network.ts";
import { propagatorNetwork } from "./propagator-network.ts";
import { recurrentNetwork } from "./recurrent-network.ts";
import { reservoirNetwork } from "./reservoir-network.ts";
import type { SequenceNetwork, SequenceNetworkOptions } from "./sequence-network.ts";

/** Builds any net of sequences on an engine; a latent net for use alone. */
export function sequenceNetwork(spec: SequenceNet, options: SequenceNetworkOptions): SequenceNetwork {
  switch (spec.kind) {
    case "gru":
    case "lstm":
      return recurrentNetwork(spec, options);
    case "mlpPropagator":
      return propagatorNetwork(spec, options);
    case "linearMemory":
      return linearMemoryNetwork(spec, options);
    case "reservoir":
      return reservoirNetwork(spec, options);
    case "latentNet":
      return latentSequence(spec, options, sequenceNetwork);
  }
}
