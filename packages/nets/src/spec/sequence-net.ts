import type { LatentNet } from "./latent-net.ts";
import type { LinearMemory } from "./linear-memory.ts";
import type { MlpPropagator } from "./mlp-propagator.ts";
import type { RecurrentNet } from "./recurrent-net.ts";
import type { Reservoir } from "./reservoir.ts";

/** Nets that move a state on step by step, with or without a memory. */
export type SequenceNet = RecurrentNet | MlpPropagator | LinearMemory | Reservoir | LatentNet;

/** Whether a net moves a state on step by step. */
export function isSequenceNet(spec: { readonly kind: string }): spec is SequenceNet {
  return SEQUENCE_KINDS.has(spec.kind);
}

const SEQUENCE_KINDS: ReadonlySet<string> = new Set([
  "gru",
  "lstm",
  "mlpPropagator",
  "linearMemory",
  "reservoir",
  "latentNet",
] satisfies SequenceNet["kind"][]);
